import type { Mutant } from './mutant.ts';

/** Every deliberate mistake, in the order of the protocol. */
export const mutants: readonly Mutant[] = [
  {
    id: 'swap-any-version',
    what: 'an object is replaced whatever version it has by now',
    file: 'lake/local-swap.ts',
    from: 'if (!(await isStill(path, seen))) return undefined;',
    to: '',
    suite: 'lake',
  },
  {
    id: 'swap-two-successors',
    what: 'two writers may follow the same version',
    file: 'lake/local-swap.ts',
    from: 'if (!won) return undefined;',
    to: '',
    suite: 'lake',
  },
];
