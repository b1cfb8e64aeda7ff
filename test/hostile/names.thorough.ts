import { expect, test } from 'vitest';
import { ODD_NAMES } from './odd-names.ts';
import { takeNames } from './take-names.ts';

test(`${ODD_NAMES.length} odd names are taken as they are, and nothing is written outside the lake`, async () => {
  expect(ODD_NAMES.length).toBeGreaterThanOrEqual(150);
  await takeNames(ODD_NAMES);
});
