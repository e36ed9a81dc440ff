import { scaleLinear } from 'd3-scale';

export interface Theme {
  readonly background: string;
  /** Text, axes, and marks that belong to no series. */
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  /** Colours of series that have no order, at most {@link MOST_CATEGORIES} of them. */
  categories(count: number): readonly string[];
  /** Colours of series that have an order, from the first to the last. */
  ordered(count: number): readonly string[];
  /** Shades of a map, from the least value to the greatest. */
  readonly shades: readonly string[];
}

/** More colours than these cannot be told apart, least of all by the colour-blind. */
export const MOST_CATEGORIES = 8;

/** Viridis of Nathaniel Smith and Stéfan van der Walt (CC0): even steps of lightness, also without red or green. */
const VIRIDIS = '#440154 #482878 #3e4989 #31688e #26828e #1f9e89 #35b779 #6ece58 #b5de2b #fde725'.split(' ');

/** The palette of Okabe and Ito (2008), in the order of its contrast with the background. */
const ON_LIGHT = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#1b1f24', '#8a8f98'];
const ON_DARK = ['#56b4e9', '#e69f00', '#2fbf93', '#e391bd', '#f0e442', '#4f9fe0', '#f5f7fa', '#9aa3ad'];

const viridis = scaleLinear<string>()
  .domain(VIRIDIS.map((_, index) => index / (VIRIDIS.length - 1)))
  .range(VIRIDIS)
  .clamp(true);

/** The part of viridis that stands out from the background. */
function partOfViridis(from: number, to: number): (count: number) => readonly string[] {
  return (count) =>
    Array.from({ length: count }, (_, index) =>
      hexadecimal(viridis(count === 1 ? from : from + ((to - from) * index) / (count - 1))),
    );
}

/** `rgb(1, 2, 3)` as `#010203`, which every reader of SVG knows. */
function hexadecimal(colour: string): string {
  const parts = colour.match(/\d+/g) ?? [];
  return `#${parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`;
}

export const LIGHT: Theme = {
  background: '#ffffff',
  ink: '#1b1f24',
  faint: '#59626d',
  grid: '#e4e8ec',
  categories: (count) => ON_LIGHT.slice(0, count),
  ordered: partOfViridis(0, 0.76),
  shades: VIRIDIS,
};

export const DARK: Theme = {
  background: '#11151a',
  ink: '#e8ecf1',
  faint: '#a3adb8',
  grid: '#2b323b',
  categories: (count) => ON_DARK.slice(0, count),
  ordered: partOfViridis(0.36, 1),
  shades: VIRIDIS,
};

/** Colours by the names of style sheet variables, so that a page decides between light and dark. */
export const PAGE: Theme = {
  background: 'var(--background)',
  ink: 'var(--ink)',
  faint: 'var(--faint)',
  grid: 'var(--grid)',
  categories: (count) => Array.from({ length: count }, (_, index) => `var(--category-${index})`),
  ordered: (count) => Array.from({ length: count }, (_, index) => `var(--ordered-${count}-${index})`),
  shades: VIRIDIS,
};
