import { expect, test } from 'vitest';
import { budgetOr, firstSeed } from '../sim/budget.ts';
import { CrashPoints } from './crash-points.ts';

test('a run that dies at any call, and again while it recovers, ends as one that never died', async () => {
  const crashes = await CrashPoints.record();
  await crashes.dieOnce();
  process.stdout.write(`${crashes.list().join('\n')}\n`);
  const calls = crashes.list().length;
  process.stdout.write(
    `crash points: ${crashes.points.length} (${calls} calls, each before, after and answer lost)\n`,
  );
  expect(crashes.points.length).toBeGreaterThanOrEqual(300);
  const { tried, of } = await crashes.dieTwice(budgetOr(10_000), firstSeed());
  process.stdout.write(`crash pairs: ${tried} of ${of}, seed ${firstSeed()}\n`);
});
