import { expect, test } from 'vitest';
import { sealed, sealOf, unsealed } from '../../src/lake/seal.ts';

const body = Buffer.from(sealed(JSON.stringify({ n: 1, name: 'zoë' })));

test('a sealed object is JSON whose last field is its seal', () => {
  expect(JSON.parse(body.toString())).toEqual({ n: 1, name: 'zoë', seal: expect.any(String) as string });
  expect(sealOf(body)).toBe('sound');
  expect(unsealed(body)).toMatchObject({ n: 1, name: 'zoë' });
});

test('whichever bit is flipped, nothing passes for the sealed object', () => {
  for (let at = 0; at < body.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(body);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      if (sealOf(flipped) === 'broken') continue;
      // In the name of the seal itself: then it is an object with a field that nobody knows, or no JSON.
      const value = unsealed(flipped);
      if (value !== undefined) expect(Object.keys(value as object)).not.toEqual(['n', 'name', 'seal']);
      if (value !== undefined) expect(Object.keys(value as object)).toHaveLength(3);
    }
  }
});

test.each(['{"n":1}', '{"n":1}\n', '{"ignoredColumns":["seal"]}\n', ''])('%j was never sealed', (text) => {
  expect(sealOf(Buffer.from(text))).toBe('none');
});

test.each([
  ['cut', body.subarray(0, -1)],
  ['continued', Buffer.concat([body, Buffer.from('\n')])],
])('a sealed object that was %s is broken', (_, bytes) => {
  expect(sealOf(bytes)).toBe('broken');
  expect(unsealed(bytes)).toBeUndefined();
});
