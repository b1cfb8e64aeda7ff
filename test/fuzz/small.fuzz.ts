import { expect, test } from 'vitest';
import { SEED, SMALL_INPUTS, tell } from './budget.ts';
import { checkSmallInputs } from './small.ts';

test(`the scanner reads ${SMALL_INPUTS} small texts as csv-parse and the rules do, in blocks of any size`, () => {
  const tally = checkSmallInputs(SEED, 0, SMALL_INPUTS);
  tell('small texts', tally);
  expect(tally.inputs).toBe(SMALL_INPUTS);
});
