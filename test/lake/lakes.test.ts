import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalLake } from '../../src/lake/local-lake.ts';
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
];

for (const implementation of implementations) testLake(implementation);
