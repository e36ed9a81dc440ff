// The results as a table in Markdown.

const KINDS = ['torch-eager', 'torch-graph'];

const HEAD = [
  'work',
  'unit',
  'ours',
  'steps alone',
  'floor',
  'launches',
  'readbacks',
  ...KINDS.flatMap((kind) => [kind, 'steps alone', 'ratio', 'ratio of steps']),
  'against float64',
];

/** Lines of the table: heading, rule, and one for each result. What is not known stays blank. */
export function tableOf(results) {
  const rule = HEAD.map(() => '---');
  return [HEAD, rule, ...results.map(cells)].map((row) => `| ${row.join(' | ')} |`);
}

function cells(result) {
  const rate = (seconds) => (seconds === null ? undefined : (result.ours * result.seconds) / seconds);
  return [
    result.work,
    result.unit,
    `${number(result.ours)} ±${(100 * result.spread).toFixed(0)} %`,
    number(result.steps_ours),
    number(rate(result.floor_seconds)),
    result.launches,
    result.readbacks,
    ...KINDS.flatMap((kind) => {
      const peer = result.peers.find((other) => other.peer === kind);
      const values = peer ? [peer.value, peer.steps_value, peer.ratio, peer.steps_ratio] : [null, null, null, null];
      return values.map(number);
    }),
    `${result.float64_difference.toExponential(0)}${result.agrees ? '' : ' WRONG'}`,
  ];
}

function number(value) {
  return value === null || value === undefined ? '' : String(Number(value.toPrecision(3)));
}
