import { describe, expect, it } from 'vitest';
import { curveData } from '../../../src/cli/figures/curve-data.js';
import { compileFigure, figureSvg, svgToPng, viewFigure } from '../../../src/cli/figures/draw-figure.js';
import { PNG_WIDTH } from '../../../src/cli/figures/figure-files.js';
import { figureSpec } from '../../../src/cli/figures/map-spec.js';
import { PRINT_WIDTH } from '../../../src/cli/figures/spec-parts.js';
import { DARK, LIGHT, PAGE } from '../../../src/cli/figures/theme.js';
import { type Figure, isMap } from '../../../src/sim/scenario/figure.js';
import { columnIndex, type Table } from '../../../src/sim/scenario/table.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { some } from '../../support/sample-size.js';
import { scenarioDocument } from '../../support/scenario-documents.js';
import { overlaps, sceneTexts } from '../../support/scene-texts.js';

const figures = scenarios.flatMap((scenario) =>
  scenario.figures.map((figure) => ({ name: `${scenario.id} ${figure.id}`, scenario: scenario.id, figure })),
);

type Tables = Readonly<Record<string, Table>>;

const onWhite = (figure: Figure, tables: Tables) => figureSpec(figure, tables, { theme: LIGHT, medium: 'print' });

describe.each(figures)('figure $name', ({ scenario, figure }) => {
  const tables = () => scenarioDocument(scenario).tables;

  it('has no overlapping and no cut labels', async () => {
    const view = await viewFigure(onWhite(figure, tables()));
    const texts = sceneTexts(view);
    expect(texts.length).toBeGreaterThan(6);
    expect(overlaps(texts)).toEqual([]);
    const [dx, dy] = view.origin();
    const outside = texts.filter(({ left, right, top }) => left + dx < 0 || right + dx > PRINT_WIDTH || top + dy < 0);
    expect(outside).toEqual([]);
    // In order, for a label that Vega leaves out to make room would go unnoticed above.
    for (const label of [figure.x.label, figure.title.split(' ')[0]!])
      expect(texts.map(({ text }) => text).join('\n')).toContain(label);
    view.finalize();
  });
});

describe.each(some(figures, 5))('figure $name', ({ scenario, figure }) => {
  const tables = () => scenarioDocument(scenario).tables;

  it('has the numbers of the table, one mark for each that the axes can show', async () => {
    if (isMap(figure)) return;
    const table = tables()[figure.table]!;
    const data = curveData(figure, tables());
    const columns = [figure.x.column, figure.y.theory, figure.y.simulation, figure.y.error].filter(
      (name) => name !== undefined,
    );
    const key = (cells: readonly unknown[]) => JSON.stringify(cells);
    const drawn = data.rows.map((row) => key(columns.map((name) => row[name])));
    const stored = table.rows.map((row) => key(columns.map((name) => row[columnIndex(table.columns, name)])));
    if (figure.slice === undefined) expect([...drawn].sort()).toEqual([...stored].sort());
    else for (const row of drawn) expect(stored).toContain(row);
    const simulation = figure.y.simulation;
    if (simulation === undefined) return;
    const svg = await figureSvg(onWhite(figure, tables()));
    const shown = data.rows.filter((row) => {
      const [x, y] = [row[figure.x.column], row[simulation]];
      const fits = (value: unknown, scale: string) => typeof value === 'number' && (scale === 'linear' || value > 0);
      return fits(x, figure.x.scale) && fits(y, figure.y.scale);
    }).length;
    const [, marks = ''] = /simulation_marks"[^>]*>(.*?)<\/g>/.exec(svg) ?? [];
    expect(marks.match(/<(circle|path) /g)?.length ?? 0).toBe(shown);
  });

  it('compiles without a warning on every background, for print and for a page, whatever its scales', () => {
    for (const scale of ['linear', 'log'] as const) {
      const scaled = isMap(figure) ? figure : { ...figure, x: { ...figure.x, scale }, y: { ...figure.y, scale } };
      for (const [theme, medium] of [
        [LIGHT, 'print'],
        [DARK, 'print'],
        [PAGE, 'page'],
      ] as const)
        expect(() => compileFigure(figureSpec(scaled, tables(), { theme, medium }))).not.toThrow();
    }
  });
});

/** The last figure of each scenario, maps among them: what makes a picture of a drawing does not know the figure. */
const lastOfEach = figures.filter(({ scenario }, at) => figures[at + 1]?.scenario !== scenario);

describe.each(some(lastOfEach, 2))('figure $name', ({ scenario, figure }) => {
  it('stands at the same places on a dark background', async () => {
    const { tables } = scenarioDocument(scenario);
    const [light, dark] = await Promise.all(
      [LIGHT, DARK].map((theme) => viewFigure(figureSpec(figure, tables, { theme, medium: 'print' }))),
    );
    expect(sceneTexts(dark!)).toEqual(sceneTexts(light!));
    for (const view of [light!, dark!]) view.finalize();
  });

  it('gives the same bytes again, and a PNG as wide as a column at 300 dots per inch', async () => {
    const draw = () => figureSvg(onWhite(figure, scenarioDocument(scenario).tables));
    const svg = await draw();
    expect((await draw()) === svg).toBe(true);
    const png = Buffer.from(await svgToPng(svg, PNG_WIDTH));
    expect(Buffer.from(await svgToPng(svg, PNG_WIDTH)).equals(png)).toBe(true);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    expect(width).toBe(PNG_WIDTH);
    expect(width / 300).toBeCloseTo(85 / 25.4, 2);
    const [, across, up] = /width="(\d+)" height="(\d+)"/.exec(svg)!;
    expect(Math.abs(height - (width * Number(up)) / Number(across))).toBeLessThanOrEqual(1);
  });
});
