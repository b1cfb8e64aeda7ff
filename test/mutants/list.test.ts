import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutants } from './list.ts';

const SRC = join(import.meta.dirname, '../../src');

test('every mistake has a name of its own and still fits the source', () => {
  expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
  for (const { id, file, from } of mutants) {
    const parts = readFileSync(join(SRC, file), 'utf8').split(from);
    expect(parts.length - 1, `${id}: how often its text stands in ${file}`).toBe(1);
  }
});
