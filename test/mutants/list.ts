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
  {
    id: 'no-fsync',
    what: 'a file gets its name before its content is on disk',
    file: 'lake/local-writer.ts',
    from: `await fill(file);
      await file.sync();`,
    to: `await fill(file);`,
    suite: 'lake',
  },
  {
    id: 'no-directory-fsync',
    what: 'a write is acknowledged before the name is on disk',
    file: 'lake/local-writer.ts',
    from: `    await syncDirectory(dirname(target));
    return placed;`,
    to: `    return placed;`,
    suite: 'lake',
  },
  {
    id: 'received-not-synced',
    what: 'a source is deleted whose archived bytes are not on disk',
    file: 'lake/local-lake.ts',
    from: `if (received) await syncFile(this.#path(from));`,
    to: ``,
    suite: 'lake',
  },
  {
    id: 'swap-not-synced',
    what: 'an object is replaced by content that is not on disk',
    file: 'lake/local-swap.ts',
    from: `    await file.writeFile(body);
    await file.sync();`,
    to: `    await file.writeFile(body);`,
    suite: 'lake',
  },
  {
    id: 'rename-for-exclusivity',
    what: 'a final name is given by rename, which replaces',
    file: 'lake/local-writer.ts',
    from: `await link(existing, path);`,
    to: `await rename(existing, path);`,
    suite: 'lake',
  },
  {
    id: 'delete-whatever-is-there',
    what: 'a file is deleted though another has taken its place',
    file: 'lake/local-trash.ts',
    from: `const matches = stat.isFile() && contentOf(stat) === contentOfVersion(intent.version);`,
    to: `const matches = true;`,
    suite: 'lake',
  },
];
