import { join } from 'node:path';
import type { Plugin } from 'vitest/config';
import { mutants } from './list.ts';

const SRC = join(import.meta.dirname, '../../src');

/** Puts the mistake named by HITPARADE_MUTANT into the source as it is loaded; the file stays as it is. */
export function mutantPlugin(): Plugin {
  const id = process.env['HITPARADE_MUTANT'];
  const mutant = mutants.find((candidate) => candidate.id === id);
  if (id !== undefined && mutant === undefined) throw new TypeError(`no mutant is called ${id}`);
  return {
    name: 'hitparade-mutant',
    enforce: 'pre',
    transform(code, path) {
      if (mutant === undefined || path !== join(SRC, mutant.file)) return undefined;
      const parts = code.split(mutant.from);
      if (parts.length !== 2)
        throw new TypeError(`${mutant.id}: its text stands ${parts.length - 1} times in ${mutant.file}`);
      return parts.join(mutant.to);
    },
  };
}
