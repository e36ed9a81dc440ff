// One work item: its numbers checked against float64 and the peers, its calls counted, its time taken in turn with theirs.
import { alternate, median, spread } from '../alternate.mjs';
import { floorSeconds } from './cards.mjs';
import { countedCalls } from './device-calls.mjs';

/**
 * Measures a work item.
 *
 * @param build makes the item for given peers
 * @returns rates of whole calls, with the way to the card and back, and of the steps alone. Ours alone is the difference
 *   between a run of all steps and one of a quarter, the peers' is what their device's clock says; null where there are no steps
 */
export async function measureItem(build, { peers, exact, card, rounds }) {
  const stepsOf = new Map(peers.map(({ kind }) => [kind, []]));
  const timed = peers.map((peer) => ({
    ...peer,
    async seconds(request) {
      const { seconds, steps_seconds } = await peer.answer(request);
      stepsOf.get(peer.kind).push(steps_seconds);
      return seconds;
    },
  }));
  const item = build(timed);
  const calls = await countedCalls(() => item.ours());
  const { difference, allowed } = await item.exactly(exact);
  const quarter = item.steps === undefined ? undefined : Math.floor(item.steps / 4);
  const short = quarter === undefined ? [] : [() => item.ours(quarter)];
  const contestants = [...short, () => item.ours(), ...item.peers.map(({ run }) => run)];
  const seconds = await alternate(contestants, rounds);
  const few = quarter === undefined ? undefined : seconds.shift();
  const [own, ...others] = seconds;
  const alone = few && ((median(own) - median(few)) * item.steps) / (item.steps - quarter);
  const floor = floorSeconds(card, item.minimum);
  const theirs = item.peers.map(({ peer, agrees }, index) => {
    // The first round is not counted.
    const steps = median(stepsOf.get(peer.kind).slice(1));
    return {
      peer: peer.kind,
      value: item.amount / median(others[index]),
      spread: spread(others[index]),
      steps_value: item.amount / steps,
      ratio: median(others[index]) / median(own),
      steps_ratio: alone > 0 ? steps / alone : null,
      agrees: agrees(),
    };
  });
  item.done();
  return {
    work: item.work,
    unit: item.unit,
    ours: item.amount / median(own),
    spread: spread(own),
    // Where other work on the machine makes the difference negative there is nothing to say.
    steps_ours: alone > 0 ? item.amount / alone : null,
    seconds: median(own),
    floor_seconds: floor ?? null,
    share_of_floor: floor && alone > 0 ? floor / alone : null,
    ...calls,
    float64_difference: difference,
    float64_allowed: allowed,
    peers: theirs,
    agrees: difference <= allowed && theirs.every(({ agrees }) => agrees),
  };
}
