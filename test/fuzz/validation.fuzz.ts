import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLAY_FILES, SEED, tell } from './budget.ts';
import { TwoEngines } from './two-engines.ts';
import { checkValidation } from './validation.ts';

let engines: TwoEngines;
beforeAll(async () => {
  engines = await TwoEngines.open();
});
afterAll(() => engines.close());

test(`${PLAY_FILES} play files get the same verdict with one thread, with four, and in plain code`, async () => {
  const tally = await checkValidation(engines, SEED, 0, PLAY_FILES);
  tell('play files', tally);
  expect(tally.inputs).toBe(PLAY_FILES);
  expect(tally.rows).toBe(tally.valid + tally.bad);
});
