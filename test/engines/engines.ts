import { join } from 'node:path';
import { DuckdbEngine, type DuckdbOptions } from '../../src/engines/duckdb.ts';
import type { Engine } from '../../src/engines/engine.ts';

/** Every engine that the suites run on; the next one is one more entry. `directory` is all it may touch. */
export const engines: readonly { name: string; open: (directory: string) => Promise<Engine> }[] = [
  { name: 'duckdb', open: (directory) => duckdb(directory) },
  {
    name: 'duckdb, for which no plan is small',
    open: (directory) => duckdb(directory, { smallBytes: 0, threads: 3 }),
  },
  {
    name: 'duckdb, for which every plan is large',
    open: (directory) => duckdb(directory, { smallBytes: 0, largeBytes: 0 }),
  },
];

const duckdb = (directory: string, options: Partial<DuckdbOptions> = {}): Promise<Engine> =>
  DuckdbEngine.open({
    memoryLimit: '512MB',
    threads: 2,
    spillDirectory: join(directory, 'spill'),
    directories: [directory],
    ...options,
  });
