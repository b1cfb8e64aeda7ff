import { expect, test } from 'vitest';
import { checkLarge } from './large.ts';
import { checkSmallInputs } from './small.ts';
import { TwoEngines } from './two-engines.ts';
import { checkValidation } from './validation.ts';

/** The first inputs of the suite that `npm run test:fuzz` runs at length. */
const SEED = 1;

test('a sample of small texts is read as csv-parse and the rules read them', () => {
  const { inputs, reasons, rejected, secondOpinions } = checkSmallInputs(SEED, 0, 5_000);
  expect(inputs).toBe(5_000);
  expect(secondOpinions).toBeGreaterThan(50);
  // Nothing that can be met is left out.
  expect(Object.keys(reasons).sort()).toEqual([
    ...[
      'field_too_long',
      'invalid_utf8',
      'malformed_quote',
      'nul_byte',
      'row_too_long',
      'wrong_column_count',
    ],
  ]);
  expect(Object.keys(rejected).sort()).toEqual([
    ...['malformed_header', 'too_many_columns', 'unexpected_gzip', 'unterminated_quote', 'wrong_encoding'],
  ]);
});

test('a sample of play files gets the same verdict with one thread, with four, and in plain code', async () => {
  const engines = await TwoEngines.open();
  try {
    const files = await checkValidation(engines, SEED, 0, 12);
    expect(files.rows).toBe(files.valid + files.bad);
    expect((await checkLarge(engines, SEED, [0, 1, 2], false)).inputs).toBe(3);
  } finally {
    await engines.close();
  }
});
