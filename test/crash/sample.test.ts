import { expect, test } from 'vitest';
import { CrashPoints } from './crash-points.ts';

test('a sample of the crash points: a run that dies there, once or twice, ends as one that never died', async () => {
  const crashes = await CrashPoints.record();
  await crashes.dieOnce(37);
  expect(crashes.points.length).toBeGreaterThan(20);
  const { tried } = await crashes.dieTwice(40, 1);
  expect(tried).toBe(40);
});
