import { describe, expect, test } from 'vitest';
import { answering, make } from '../../../src/sim/backends/backend.js';
import { type OpenBackend, openBackend as openBackendHere } from '../../../src/sim/backends/open-backend.js';
import type { CallJournal } from '../../../src/sim/backends/watched-backend.js';
import { resolveParameters } from '../../../src/sim/scenario/resolve.js';
import { runEvents, runToDocument } from '../../../src/sim/scenario/run-document.js';
import type { RunEvent, Scenario } from '../../../src/sim/scenario/scenario.js';
import { columnIndex } from '../../../src/sim/scenario/table.js';
import { scenarios } from '../../../src/sim/scenarios/scenario-list.js';
import { SMALL } from '../../support/scenario-documents.js';

const quick: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  gaussian: { dim: 3, times: '1,2,3', gammas: '0.1', replicates: 30 },
  incremental: { dim: 3, times: '1,2,3' },
};
const known = scenarios
  .filter(({ id }) => id in quick)
  .map((scenario) => [scenario.id, scenario, resolveParameters(scenario, quick[scenario.id]!)] as const);

async function eventsOf(scenario: Scenario, parameters: object): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of runEvents(scenario, parameters, { seed: 1, engine: 'auto', backend: 'auto' }))
    events.push(event);
  return events;
}

describe.each(known)('the run of %s', (id, scenario, parameters) => {
  test('says what computes before anything else, and checks last', async () => {
    const kinds = (await eventsOf(scenario, parameters)).map(({ kind }) => kind);
    expect(kinds[0]).toBe('compute');
    expect(kinds.filter((kind) => kind === 'compute').length).toBe(1);
    expect(kinds.indexOf('check')).toBeGreaterThan(kinds.lastIndexOf('rows'));
  });

  test('tells its progress to the end', async () => {
    const progress = (await eventsOf(scenario, parameters)).flatMap((event) =>
      event.kind === 'progress' ? [event] : [],
    );
    expect(progress.map(({ done }) => done)).toEqual([1, 2, 3]);
    expect(progress.every(({ total, label }) => total === 3 && label === 'checkpoints')).toBe(true);
  });

  test('fills the columns that it declares and checks the claims that it names', async () => {
    for (const event of await eventsOf(scenario, parameters)) {
      if (event.kind === 'check') expect(scenario.claims).toContain(event.check.claim);
      if (event.kind !== 'rows') continue;
      const columns = scenario.tables[event.table]!;
      for (const row of event.rows) expect(row.length).toBe(columns.length);
    }
    for (const columns of Object.values(scenario.tables)) {
      expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
      for (const { unit, description } of columns) expect([unit === '', description === '']).toEqual([false, false]);
    }
  });

  test('has figures of columns that exist', () => {
    for (const { table, x, y, series, inflection } of scenario.figures) {
      const columns = scenario.tables[table]!;
      for (const name of [x.column, y.theory, y.simulation, y.error, series]) {
        if (name !== undefined) expect(columnIndex(columns, name)).toBeGreaterThanOrEqual(0);
      }
      if (inflection === undefined) continue;
      const turning = scenario.tables[inflection.table]!;
      for (const name of [inflection.theory, inflection.simulation]) columnIndex(turning, name);
    }
  });

  test('ends at the next event once its signal is aborted', async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const running = runToDocument(
      scenario,
      parameters,
      { seed: 1, engine: 'auto', backend: 'auto', signal: controller.signal },
      (event) => {
        seen.push(event.kind);
        if (event.kind === 'progress') controller.abort();
      },
    );
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.at(-1)).toBe('progress');
    expect(seen).not.toContain('check');
  });

  test('does not begin when its signal was aborted before', async () => {
    const seen: RunEvent[] = [];
    const context = { seed: 1, engine: 'auto', backend: 'auto', signal: AbortSignal.abort() } as const;
    await expect(runToDocument(scenario, parameters, context, (event) => seen.push(event))).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(seen).toEqual([]);
  });

  test('leaves a document with all of it', async () => {
    const seen: RunEvent[] = [];
    const context = { seed: 2 ** 53 - 1, engine: 'exact', backend: 'auto' } as const;
    const document = await runToDocument(scenario, parameters, context, (event) => seen.push(event));
    expect(document).toMatchObject({ schema: 1, scenario: id, params: parameters, seed: 2 ** 53 - 1 });
    expect(Object.keys(document.tables)).toEqual(Object.keys(scenario.tables));
    const rows = seen.flatMap((event) => (event.kind === 'rows' ? event.rows : []));
    expect(Object.values(document.tables).flatMap((table) => table.rows).length).toBe(rows.length);
    expect(document.checks.length).toBe(seen.filter(({ kind }) => kind === 'check').length);
    expect(Number.isInteger(document.elapsed_ms)).toBe(true);
    expect(document.versions['gpu.js']).toBe('2.24.1');
  });
});

test('opens one backend, which the runner counts, keeps in the journal and disposes of', async () => {
  for (const { id, ...scenario } of scenarios) {
    const opened: string[] = [];
    const work = { networkSteps: 0 };
    const journal = new CountingJournal();
    const request = { seed: 1, engine: 'auto', backend: 'auto', work, journal } as const;
    const openBackend: OpenBackend = async (choice, need) => {
      const one = await openBackendHere(choice, need);
      opened.push(`${one.backend.name} opened`);
      const dispose = async () => {
        opened.push(`${one.backend.name} disposed`);
        await one.backend.dispose();
      };
      return { ...one, backend: answering({ ...one.backend, dispose }, (call) => make(one.backend, call)) };
    };
    const parameters = resolveParameters({ id, ...scenario }, SMALL[id]!);
    const document = await runToDocument({ id, ...scenario }, parameters, { ...request, openBackend });
    const { backend } = document.compute;
    expect([id, opened]).toEqual([id, [`${backend} opened`, `${backend} disposed`]]);
    expect([id, work.networkSteps > 0, journal.calls > 0]).toEqual([id, true, true]);
  }
});

class CountingJournal implements CallJournal {
  calls = 0;
  nextCall = () => this.calls++;
  recall = async () => undefined;
  keep = async () => {};
}
