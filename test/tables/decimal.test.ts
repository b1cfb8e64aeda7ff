import { expect, test } from 'vitest';
import { canonicalNumber, nativeNumber } from '../../src/tables/decimal.ts';

test.each([
  ['1.50', '1.5', '15e-1', '+1.5', '0.15E1', '0001.5000'],
  ['0', '-0', '0.000', '0e9'],
  ['100', '1e2', '1E+2', '100.0'],
  ['-12', '-1.2e1'],
])('%s is written in many ways, and is one number', (first, ...others) => {
  for (const other of others) expect(canonicalNumber(other)).toBe(canonicalNumber(first));
});

test.each([
  ['1', '10'],
  ['1', '-1'],
  ['9007199254740993', '9007199254740992'],
])('%s is not %s', (a, b) => {
  expect(canonicalNumber(a)).not.toBe(canonicalNumber(b));
});

test.each([
  ['9007199254740991', 9007199254740991],
  ['9007199254740993', 9007199254740993n],
  ['-1E+21', -(10n ** 21n)],
  ['0.1', 0.1],
  ['1e-130', 1e-130],
  ['0', 0],
])('%s is read as %s', (text, value) => {
  expect(nativeNumber(text)).toBe(value);
});
