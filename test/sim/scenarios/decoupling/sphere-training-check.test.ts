import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { ReferenceBackend } from '../../../../src/sim/backends/reference-backend.js';
import {
  checkConstantSensitivity,
  checkFinalSensitivity,
  checkNuclearBall,
  checkSensitivityFloor,
  checkSphereUpdate,
  type SphereTrainings,
} from '../../../../src/sim/scenarios/decoupling/checks.js';
import { type TrainedCell, trainedCells } from '../../../../src/sim/scenarios/decoupling/study.js';
import type { TrainedNetwork } from '../../../../src/sim/scenarios/decoupling/train-cell.js';

const spectrum = [2, 1];
const radius = Math.sqrt(1.5);
const task = Matrix.diag(spectrum);

const cells: TrainedCell[] = [];
for await (const cell of trainedCells(new ReferenceBackend(), {
  dim: 2,
  task,
  seed: 3,
  optimizers: ['muon'],
  gains: ['none', 'both'],
  widths: [3],
  learningRates: [0.05],
  trainings: 2,
  batch: 'full',
  sphere: 'frobenius',
  radius,
  gainRate: 0.02,
  weightDecay: 0.1,
  warmup: 0.1,
  steps: 40,
})) {
  cells.push(cell);
}

const trainings: SphereTrainings = { cells, task, spectrum, radius, precision: 'f64' };
const altered = (change: (network: TrainedNetwork) => TrainedNetwork): SphereTrainings => ({
  ...trainings,
  cells: cells.map((cell) => ({ ...cell, networks: cell.networks.map(change) })),
});
const scaled = (factor: number) =>
  altered((network) => ({
    ...network,
    layers: {
      first: network.layers.first.map((entry) => factor * entry),
      second: network.layers.second.map((entry) => factor * entry),
    },
  }));
const divergedAll = altered((network) => ({ ...network, divergedAt: 3 }));
const plainOnly = { ...trainings, cells: cells.filter(({ parameterization }) => parameterization.kind === 'plain') };

describe('checks on spheres', () => {
  test('hold for what was trained', () => {
    for (const check of [checkNuclearBall, checkConstantSensitivity, checkSensitivityFloor, checkSphereUpdate]) {
      expect(check(trainings)).toMatchObject({ verdict: 'holds' });
      expect(check(divergedAll).verdict).toBe('not-applicable');
    }
    for (const check of [checkNuclearBall, checkConstantSensitivity, checkSphereUpdate]) {
      expect(check(plainOnly).verdict).toBe('not-applicable');
    }
  });

  test('fail for layers that have left their spheres by a billionth', () => {
    expect(checkConstantSensitivity(scaled(1 + 1e-9)).verdict).toBe('fails');
    expect(checkConstantSensitivity(scaled(1 - 1e-9)).verdict).toBe('fails');
    expect(checkNuclearBall(scaled(1.1)).verdict).toBe('fails');
  });

  test('fail for a loss below what the spheres allow', () => {
    // μ = 0.75: the least loss of 2 · 0.75² = 1.125 with s = (1.25, 0.25).
    const claiming = (loss: number) =>
      altered((network) => ({ ...network, looks: network.looks.map((look) => ({ ...look, loss })) }));
    expect(checkNuclearBall(claiming(1.125 - 1e-9)).verdict).toBe('fails');
    expect(checkNuclearBall(claiming(1.125 + 1e-9)).verdict).toBe('holds');
    expect(checkNuclearBall(claiming(Number.NaN)).verdict).toBe('fails');
  });

  test('fail for an update that is off by a part in a thousand, and for NaN', () => {
    const off = (factor: number) =>
      altered((network) => ({
        ...network,
        looks: network.looks.map((look) => ({
          ...look,
          directionUpdate: look.directionUpdate && [look.directionUpdate[0], factor * look.directionUpdate[1]],
        })),
      }));
    expect(checkSphereUpdate(off(1.001)).verdict).toBe('fails');
    expect(checkSphereUpdate(off(0.999)).verdict).toBe('fails');
    expect(checkSphereUpdate(off(Number.NaN)).verdict).toBe('fails');
  });

  test('fail for a product that is longer than its layers can make it', () => {
    const impossible = altered((network) => ({
      ...network,
      layers: { first: network.layers.first, second: network.layers.second.map(() => Number.NaN) },
    }));
    expect(() => checkSensitivityFloor(impossible)).not.toThrow();
    expect(checkSensitivityFloor(impossible).verdict).toBe('fails');
  });
});

describe('the sensitivity in the end', () => {
  const measured = (mean: number) => [
    { cell: cells[0]!, nuclear: 1, theory: 2, floor: 1, simulated: { mean, standardError: 0.1 } },
  ];

  test('holds within six standard errors', () => {
    expect(checkFinalSensitivity(measured(2.59), 0.1, 50)).toMatchObject({ verdict: 'holds', tolerance: 0 });
    expect(checkFinalSensitivity(measured(2.61), 0.1, 50).verdict).toBe('fails');
    expect(checkFinalSensitivity(measured(Number.NaN), 0.1, 50).verdict).toBe('fails');
  });

  test('is not judged by few draws, without noise, or without networks', () => {
    expect(checkFinalSensitivity(measured(2), 0.1, 29).verdict).toBe('not-applicable');
    expect(checkFinalSensitivity(measured(2), 0, 50).verdict).toBe('not-applicable');
    expect(checkFinalSensitivity([], 0.1, 50).verdict).toBe('not-applicable');
  });
});
