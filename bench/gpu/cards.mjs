// What cards can do at most, from NVIDIA's data sheets: float32 without tensor cores, in operations a second, and bytes a second.
const CARDS = [
  [/\bh200-nvl/, 60e12, 4.8e12],
  [/\bh200/, 67e12, 4.8e12],
  [/\bh100-pcie/, 51e12, 2.0e12],
  [/\bh100-nvl/, 60e12, 3.9e12],
  [/\bh100/, 67e12, 3.35e12],
  [/a100.*80gb/, 19.5e12, 1.935e12],
  [/a100/, 19.5e12, 1.555e12],
  [/l40s/, 91.6e12, 0.864e12],
  [/l4\b/, 30.3e12, 0.3e12],
  [/a10g?\b/, 31.2e12, 0.6e12],
  [/v100/, 14e12, 0.9e12],
  [/\bt4\b/, 8.1e12, 0.32e12],
  [/rtx-5090/, 104.8e12, 1.792e12],
  [/rtx-4090/, 82.6e12, 1.008e12],
  [/rtx-3090/, 35.6e12, 0.936e12],
];

/** Rates of a card by its name, or undefined. */
export function cardNamed(name) {
  const found = CARDS.find(([pattern]) => pattern.test(slug(name)));
  return found && { flops: found[1], bytes: found[2] };
}

/** A name in lower case, with dashes: Dawn gives it like that already, NVIDIA's own tools do not. */
export function slug(name) {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Seconds that the work takes at least: its arithmetic, or its way through memory. */
export function floorSeconds(card, { flops, bytes }) {
  return card && Math.max(flops / card.flops, bytes / card.bytes);
}
