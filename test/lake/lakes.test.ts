import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { keyOfPath, MemoryLake } from '../sim/memory-lake.ts';
import { MemoryStore } from '../sim/memory-store.ts';
import { testLake } from './suite.ts';
import type { LakeImplementation } from './suite.ts';

/** Every implementation; a new one is one more entry. */
const implementations: readonly LakeImplementation[] = [
  {
    name: 'LocalLake',
    open: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'hitparade-lake-'));
      return {
        lake: await LocalLake.open(directory),
        close: () => rm(directory, { recursive: true, force: true }),
      };
    },
  },
  memoryLake(),
];

/** The lake of the simulation: what it promises must be what real lakes promise. */
function memoryLake(): LakeImplementation {
  let store = new MemoryStore();
  return {
    name: 'MemoryLake',
    open: () => {
      store = new MemoryStore();
      return Promise.resolve({ lake: new MemoryLake(store), close: () => Promise.resolve() });
    },
    files: {
      write: (path, text) => Promise.resolve(void store.put(keyOfPath(path), Buffer.from(text))),
      read: (path) =>
        store.get(keyOfPath(path)) === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(),
    },
  };
}

for (const implementation of implementations) testLake(implementation);
