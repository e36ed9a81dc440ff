import { parentPort, workerData } from 'node:worker_threads';
import { performAttack } from './perform-attack.js';

/*
 * Entry of the thread that attacks one claim and ends. It is stopped by ending the thread, since the search does not pause.
 */

performAttack(workerData as string, (news) => parentPort?.postMessage(news));
