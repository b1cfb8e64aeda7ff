import { expect, test } from 'vitest';
import { AliasTable } from '../../src/samples/alias-table.ts';
import { playWeights } from '../../src/samples/popularity.ts';
import { Random } from '../../src/samples/random.ts';
import { createService } from '../../src/samples/service.ts';
import { split } from '../../src/samples/split.ts';

const service = createService({ seed: 1, users: 50, tracks: 500, start: '2024-06-24', unknownPerMille: 20 });

test('an index is drawn in proportion to its weight, and never without one', () => {
  const weights = Float64Array.of(0, 1, 3, 6, 0);
  const table = new AliasTable(weights);
  const random = new Random('test');
  const drawn = [0, 0, 0, 0, 0];
  for (let round = 0; round < 100_000; round++) {
    const index = table.draw(random);
    drawn[index] = (drawn[index] ?? 0) + 1;
  }
  for (const [index, weight] of weights.entries()) {
    expect(Math.abs((drawn[index] ?? 0) - weight * 10_000)).toBeLessThanOrEqual(weight * 500);
  }
});

test('a hit rises and another falls within a week', () => {
  const [monday, sunday] = [playWeights(service, 0), playWeights(service, 6)];
  const growth = [...monday].slice(0, 500).map((weight, track) => (sunday[track] ?? 0) / weight);
  expect(growth.filter((factor) => factor > 1.5).length).toBeGreaterThan(100);
  expect(growth.filter((factor) => factor < 0.67).length).toBeGreaterThan(100);
});

test('upcoming tracks have the share of plays that was asked for', () => {
  const weights = [...playWeights(service, 3)];
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  expect(sum(weights.slice(500)) / sum(weights)).toBeCloseTo(0.02, 4);
});

test('weights are whole, so that no engine rounds them its own way', () => {
  for (const weight of playWeights(service, 0)) expect(Number.isSafeInteger(weight)).toBe(true);
});

test('a split is whole, in proportion, and complete', () => {
  expect(split(10, [1, 1, 1])).toEqual([3, 3, 4]);
  expect(split(2, [1, 0, 1, 1, 1]).reduce((all, share) => all + share, 0)).toBe(2);
  expect(split(200_000_001, [104, 96, 97]).reduce((all, share) => all + share, 0)).toBe(200_000_001);
});
