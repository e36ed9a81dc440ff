// What the conformance suite takes from vitest, for a machine without it: the same matchers, run one test after the other.
import { format } from 'node:util';
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
export const { expect } = chai;

/** As in vitest's settings. */
const TIMEOUT_SECONDS = 60;

const collected = [];
const path = [];

export function describe(name, body) {
  path.push(name);
  body();
  path.pop();
}

export function test(name, body) {
  collected.push({ name: [...path, name].join(' > '), body });
}

/** A row that is a list gives several parameters. */
function each(define) {
  return (table) => (name, body) => {
    for (const row of table) {
      const parameters = Array.isArray(row) ? row : [row];
      const shown = parameters.slice(0, name.match(/%[a-z]/g)?.length ?? 0);
      define(format(name, ...shown), () => body(...parameters));
    }
  };
}
describe.each = each(describe);
test.each = each(test);

/** Runs what was collected; a test that fails or takes too long is reported and the others go on. */
export async function runCollected(say) {
  const failed = [];
  for (const { name, body } of collected) {
    try {
      await inTime(body);
    } catch (error) {
      failed.push({ name, message: String(error?.message ?? error) });
      say(`FAILED ${name}: ${failed.at(-1).message}`);
    }
  }
  return { tests: collected.length, passed: collected.length - failed.length, failed };
}

async function inTime(body) {
  let timer;
  const late = new Promise((_, reject) => {
    const error = new Error(`took longer than ${TIMEOUT_SECONDS} s`);
    timer = setTimeout(() => reject(error), TIMEOUT_SECONDS * 1000);
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}
