import { expect, test } from 'vitest';
import { reportOf, simulateMany } from './many-seeds.ts';
import { simulate } from './simulate.ts';

test('a sample of the simulation: histories with faults end as one undisturbed run', async () => {
  const { failed } = await simulateMany(1, 60);
  expect(failed.map(reportOf).join('\n\n')).toBe('');
});

test('a seed gives one history', async () => {
  const [once, again] = [await simulate(5), await simulate(5)];
  expect(again).toEqual(once);
});
