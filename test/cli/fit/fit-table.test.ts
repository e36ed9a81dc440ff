import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FitDocument } from '../../../src/cli/fit/fit-document.js';
import { call } from '../support/call.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overtrain-fit-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.csv`);
  await writeFile(path, text);
  return path;
}

/** L = 0.5 + 2/N^0.4 + 3/D^0.7, at two levels of noise that differ by a factor. */
function losses(levels: readonly number[]): string[] {
  return levels.flatMap((level) =>
    [1e6, 1e7, 1e8, 1e9].flatMap((n) =>
      [1e3, 1e4, 1e5, 1e6].map((d) => `${d},${level * (0.5 + 200 / n ** 0.4 + 300 / d ** 0.7)},${n},${level},x`),
    ),
  );
}

describe('overtrain fit', () => {
  test('finds the law that made a table, whatever the order of its columns', async () => {
    const path = await file(`\uFEFFd,Loss,"N",noise,remark\r\n${losses([1, 2]).join('\r\n')}\r\n\r\n`);
    const options = ['--law', 'chinchilla', '--fit-size', '1e8', '--resamples', '5', '--json'];
    const { code, stdout, stderr } = await call(['fit', path, ...options]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const document = JSON.parse(stdout) as FitDocument;
    expect(document).toMatchObject({ schema: 1, file: path, seed: 1, resamples: 5 });
    expect(document.fits.map(({ noise, points, held_out }) => [noise, points, held_out])).toEqual([
      [1, 12, 4],
      [2, 12, 4],
    ]);
    for (const { parameters, r_squared_held_out, noise } of document.fits) {
      const [E, A, alpha, B, beta] = parameters.map(({ value }) => value) as [number, number, number, number, number];
      expect(E / noise!).toBeCloseTo(0.5, 4);
      expect(A / noise! / 200).toBeCloseTo(1, 3);
      expect(alpha).toBeCloseTo(0.4, 4);
      expect(B / noise! / 300).toBeCloseTo(1, 3);
      expect(beta).toBeCloseTo(0.7, 4);
      expect(r_squared_held_out).toBeGreaterThan(0.99999);
    }
    expect(document.pooled).toHaveLength(1);
  });

  test('prints every law for people, and the same twice', async () => {
    const path = await file(
      `N,D,loss\n${losses([1])
        .map((row) => row.split(','))
        .map(([d, loss, n]) => `${n},${d},${loss}`)
        .join('\n')}`,
    );
    const first = await call(['fit', path, '--resamples', '3']);
    expect(first.code).toBe(0);
    for (const text of [
      'shannon: 16 points',
      'chinchilla: 16 points',
      'perturbed-power: 16 points',
      'All noise levels',
    ])
      expect(first.stdout).toContain(text);
    expect((await call(['fit', path, '--resamples', '3'])).stdout).toBe(first.stdout);
  });

  test('numbers far apart give an answer all the same', async () => {
    const rows = [1e-300, 1, 1e300].flatMap((n) =>
      [1e-200, 1e-3, 1, 1e250].map((d) => `${n},${d},${n > 1 ? 1e-300 : 1e300}`),
    );
    const { code, stdout } = await call([
      'fit',
      await file(`N,D,loss\n${rows.join('\n')}`),
      '--resamples',
      '2',
      '--json',
    ]);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as FitDocument).fits).toHaveLength(3);
  });

  test.each([
    ['N,D\n1,2', [], 'a header with the columns N, D and loss; it has no loss'],
    ['N,D,loss,n\n', [], 'file: "N" is not allowed; expected a header that has this column only once'],
    ['', [], 'it is empty'],
    ['N,D,loss\n1,2,3\n1,,3', [], 'D in line 3: "" is not allowed; expected a number above 0'],
    ['N,D,loss\n1,2,-3', [], 'loss in line 2: "-3" is not allowed; expected a number above 0'],
    ['N,D,loss\n1,2,1e999', [], 'loss in line 2: "1e999" is not allowed'],
    ['N,D,loss,noise\n1,2,3,loud', [], 'noise in line 2: "loud" is not allowed; expected a number'],
    ['N,D,loss\n1,2,3\n2,2,3', [], 'file: "2 points" is not allowed; expected more than 8 distinct points (N, D)'],
    [
      'N,D,loss',
      ['--law', 'shanon'],
      '--law: "shanon" is not allowed; expected shannon, chinchilla, perturbed-power; did you mean shannon?',
    ],
    ['N,D,loss', ['--fit-size', '-1'], '--fit-size: "-1" is not allowed; expected a number above 0'],
    ['N,D,loss', ['--resamples', '1'], '--resamples: "1" is not allowed; expected an integer from 2 to 100000'],
    ['N,D,loss', ['--seed', 'x'], '--seed: "x" is not allowed'],
  ])('%j with %j is refused in one line', async (text, options, message) => {
    const { code, stdout, stderr } = await call(['fit', await file(text), ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  test.each(['nowhere.csv', '.'])('%s is refused', async (name) => {
    const { code, stderr } = await call(['fit', join(folder, name)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^overtrain: file: .* expected a readable file/);
  });
});
