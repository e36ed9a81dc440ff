import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/cli/settings/data-file.js';
import { InvalidInputError } from '../../../src/theory/invalid-input.js';
import { samples } from '../../support/sample-size.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'overtrain-test-'));
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

async function read(name: string, content: string | Uint8Array) {
  await writeFile(join(home, name), content);
  return readConfig(join(home, name));
}

/** An alias bomb: nine levels of nine references each. */
const bomb = Array.from({ length: 9 }, (_, level) =>
  level === 0
    ? 'a0: &a0 [x]'
    : `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
).join('\n');

describe('--config', () => {
  it('takes parameters alone or under params, from YAML and JSON', async () => {
    const expected = {
      parameters: new Map<string, unknown>([
        ['gammas', [0.1, 0.2]],
        ['count', 5],
      ]),
      run: new Map<string, unknown>([['seed', 3]]),
    };
    expect(await read('a.yaml', 'gammas: [0.1, 0.2]\ncount: 5\nseed: 3\n')).toEqual(expected);
    expect(await read('a.yml', 'seed: 3\nparams:\n  gammas: [0.1, 0.2]\n  count: 5\n')).toEqual(expected);
    expect(await read('a.JSON', '{"seed": 3, "params": {"gammas": [0.1, 0.2], "count": 5}}')).toEqual(expected);
    expect(await read('bom.json', '\ufeff{"seed": 3, "gammas": [0.1, 0.2], "count": 5}')).toEqual(expected);
  });

  it.each([
    ['a.txt', 'dim: 3', 'ends in .yaml, .yml or .json'],
    ['b.json', '{"dim": 3', 'valid JSON'],
    ['b.yaml', 'a: b: c', 'valid YAML'],
    ['twice.yaml', 'dim: 3\ndim: 4', 'valid YAML (the key "dim" occurs twice)'],
    ['twice-below.yaml', 'params: {dim: 3, "dim": 4}', 'valid YAML (the key "dim" occurs twice)'],
    ['odd-keys.yaml', '? '.repeat(30), 'valid YAML (a key is not text)'],
    ['deep.yaml', '['.repeat(100_000), 'brackets more than 64 deep'],
    ['deep.json', '['.repeat(100_000), 'brackets more than 64 deep'],
    ['twice.json', '{"dim": 3, "dim": 4}', 'valid JSON (the key "dim" occurs twice)'],
    ['inner.json', '{"a": [{"b": 1}, {"b": {"c": ":", "\\u0063": 2}}]}', 'valid JSON (the key "c" occurs twice)'],
    ['list.json', '[1, 2]', 'a mapping of parameters'],
    ['empty.yaml', '', 'a mapping of parameters'],
    ['text.yaml', 'hello', 'a mapping of parameters'],
    ['params.yaml', 'params: [1]', 'params are a mapping'],
    ['extra.yaml', 'params: {dim: 3}\nsede: 4', 'did you mean seed?'],
    ['large.yaml', `# ${'x'.repeat(2 ** 20)}`, 'at most 1 MiB'],
    ['bomb.yaml', bomb, 'valid YAML'],
  ])('refuses %s in one line', async (name, content, reason) => {
    const error = await read(name, content).catch((e) => e);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain('--config: ');
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('\n');
  });

  it('takes equal keys of different mappings, and strings that look like keys', async () => {
    const text = '{"a": {"b": "a\\": {", "c": ["b", "b", "c"]}, "b": [{"a": 1}, {"a": 2}], "c": "a"}';
    expect([...(await read('different.json', text)).parameters.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('refuses files that are not there, folders and devices', async () => {
    await symlink('/dev/zero', join(home, 'zero.yaml'));
    for (const file of ['nothing.yaml', 'zero.yaml', `${'x'.repeat(300)}.yaml`, 'a\0.json'])
      await expect(readConfig(join(home, file))).rejects.toThrow(InvalidInputError);
  });

  it('keeps a key named __proto__ a key like any other', async () => {
    for (const name of ['proto.json', 'proto.yaml']) {
      const { parameters } = await read(name, '{"__proto__": {"count": 5}}');
      expect([...parameters.keys()]).toEqual(['__proto__']);
    }
  });

  test.prop([fc.oneof(fc.string(), fc.json(), fc.uint8Array()), fc.constantFrom('json', 'yaml')], {
    numRuns: samples(67),
  })('reads or refuses any content', async (content, extension) => {
    const result = await read(`any.${extension}`, content).catch((e) => e);
    if (result instanceof Error) {
      expect(result).toBeInstanceOf(InvalidInputError);
      expect(result.message).not.toContain('\n');
    } else expect(result.parameters).toBeInstanceOf(Map);
  });
});
