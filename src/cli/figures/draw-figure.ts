import { readFileSync } from 'node:fs';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { FIGURE_FONTS, figureAsset, textWidth } from './font.js';
import type { Spec } from './spec-parts.js';

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

/** Vega has the widths of text from here; its types leave the object out. */
const { textMetrics } = vega as unknown as { textMetrics: { width: (item: TextItem, text: unknown) => number } };

/** Widths come from the font that is drawn, not from one that the machine happens to have. */
textMetrics.width = (item, text) =>
  textWidth(
    String(text ?? ''),
    item.fontSize ?? 11,
    item.fontWeight === 'bold' || Number(item.fontWeight) >= 600 ? 'bold' : 'normal',
  );

/**
 * Compiles a Vega-Lite specification to one of Vega.
 *
 * @throws Error with everything that Vega-Lite warns of, for a warning is a defect of ours
 */
export function compileFigure(spec: Spec): vega.Spec {
  const complaints: string[] = [];
  const complain = (...words: readonly unknown[]) => {
    complaints.push(words.join(' '));
    return logger;
  };
  const silent = () => logger;
  const logger = {
    level: silent as unknown as vega.LoggerInterface['level'],
    error: complain,
    warn: complain,
    info: silent,
    debug: silent,
  };
  const compiled = compile(spec as unknown as TopLevelSpec, { logger }).spec;
  if (complaints.length > 0) throw new Error(complaints.join('; '));
  return inert(compiled);
}

const METHODS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * The runtime of Vega takes a text such as `toString`, the name of a method that every object has, for one of its operators and gives
 * up; with a blank behind it the text is a text.
 */
function inert<Value>(value: Value): Value {
  if (typeof value === 'string') return (METHODS.has(value) ? `${value}\u00a0` : value) as Value;
  if (Array.isArray(value)) return value.map(inert) as Value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inert(inner)])) as Value;
}

export async function viewFigure(spec: Spec): Promise<vega.View> {
  const view = new vega.View(vega.parse(compileFigure(spec)), { renderer: 'none', logLevel: vega.Error });
  return view.runAsync();
}

/** Draws a figure as SVG. The same specification gives the same text. */
export async function figureSvg(spec: Spec): Promise<string> {
  const view = await viewFigure(spec);
  const svg = await view.toSVG();
  view.finalize();
  return `${described(numbered(shorter(svg)), String(spec.description ?? ''))}\n`;
}

/** One description is enough for a picture, a hundredth of a unit finer than any printer, and a circle shorter than its arcs. */
function shorter(svg: string): string {
  return svg
    .replace(/<[a-z]+ [^>]*>/gi, (tag) => tag.replace(/ (?:role|aria-[a-z]+|pointer-events)="[^"]*"/g, ''))
    .replace(/ (?:d|transform|x2?|y2?|width|height)="[^"]*"/g, (attribute) =>
      attribute.replace(/-?\d+\.\d{3,}/g, (digits) => String(Math.round(Number(digits) * 100) / 100)),
    )
    .replace(
      /<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A\3,\3,0,1,1,-\3,0A\3,\3,0,1,1,\3,0" ([^>]*?)stroke-width="2" /g,
      '<circle cx="$1" cy="$2" r="$3" $4',
    );
}

/** Vega counts clip paths and gradients over all figures that it ever drew; here each figure counts its own. */
function numbered(svg: string): string {
  const numbers = new Map<string, number>();
  return svg.replace(/\b(?:clip|gradient_)\d+/g, (id) => {
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    return `${id.replace(/\d+/, '')}${numbers.get(id)}`;
  });
}

/** The picture as one image with a description, for readers who do not see it. */
function described(svg: string, text: string): string {
  const escaped = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return svg.replace('<svg ', `<svg role="img" aria-label="${escaped}" `);
}

let renderer: Promise<void> | undefined;
let fonts: readonly Uint8Array[] | undefined;

/**
 * Draws an SVG as PNG with the font that comes along, so that every machine gives the same picture.
 *
 * @param width of the picture in pixels
 */
export async function svgToPng(svg: string, width: number): Promise<Uint8Array> {
  renderer ??= initWasm(readFileSync(figureAsset('resvg.wasm')));
  await renderer;
  fonts ??= FIGURE_FONTS.map((name) => readFileSync(figureAsset(name)));
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'width', value: width },
    font: { fontBuffers: [...fonts], defaultFontFamily: 'Arimo', sansSerifFamily: 'Arimo' },
  });
  try {
    const image = drawing.render();
    const png = image.asPng();
    image.free();
    return png;
  } finally {
    drawing.free();
  }
}
