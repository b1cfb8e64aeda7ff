import { expect, test } from 'vitest';
import { budgetOr, firstSeed } from './budget.ts';
import { reportOf, simulateMany, summaryOf } from './many-seeds.ts';

test('whatever fails, dies, stands still or repeats itself, every history ends as one undisturbed run', async () => {
  const tally = await simulateMany(firstSeed(), budgetOr(10_000));
  process.stdout.write(`${summaryOf(tally)}\n`);
  expect(tally.failed.map(reportOf).join('\n\n')).toBe('');
});
