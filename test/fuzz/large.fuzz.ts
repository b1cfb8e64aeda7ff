import { afterAll, beforeAll, expect, test } from 'vitest';
import { HUGE_FILES, LARGE_FILES, SEED, tell } from './budget.ts';
import { checkLarge } from './large.ts';
import { TwoEngines } from './two-engines.ts';

let engines: TwoEngines;
beforeAll(async () => {
  engines = await TwoEngines.open();
});
afterAll(() => engines.close());

test(`${LARGE_FILES} large files around every limit get the verdict that they were made for, with one thread and with four`, async () => {
  const tally = await checkLarge(engines, SEED, Array(LARGE_FILES).keys(), false);
  tell('large files', tally);
  expect(tally.inputs).toBe(LARGE_FILES);
});

test.skipIf(HUGE_FILES === 0)(
  `${HUGE_FILES} files of more than 64 MiB, too, with quoted line breaks all over`,
  async () => {
    const tally = await checkLarge(engines, SEED, Array(HUGE_FILES).keys(), true);
    tell('huge files', tally);
    expect(tally.inputs).toBe(HUGE_FILES);
    expect(tally.quotedBreaks).toBeGreaterThan(0);
    expect(tally.largestBytes).toBeGreaterThan(64 * 1024 * 1024);
  },
);
