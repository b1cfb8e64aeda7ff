import { defineConfig } from 'vitest/config';
import { mutantPlugin } from './test/mutants/plugin.ts';

// Native addons (DuckDB, LevelDB) belong into processes of their own.
const common = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;
/** Needs the registry, or npm's cache: `npm run test:package`, not `npm test`. */
const INSTALL = 'test/package/install.test.ts';

export default defineConfig({
  test: {
    // The smallest machine has two cores, and each test's engine brings threads of its own.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cli-e2e/**', INSTALL],
        },
        plugins: [mutantPlugin()],
      },
      {
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/api/**/*.test-d.ts'],
            tsconfig: 'test/api/tsconfig.json',
          },
        },
      },
      {
        test: {
          ...common,
          name: 'cli',
          include: ['test/cli-e2e/**/*.test.ts'],
          globalSetup: ['test/cli-e2e/support/build.ts'],
        },
      },
      {
        test: {
          ...common,
          testTimeout: 300_000,
          name: 'thorough',
          include: ['test/**/*.thorough.ts'],
          globalSetup: ['test/cli-e2e/support/build.ts'],
        },
      },
      {
        // As long as the budget that they are given.
        test: { ...common, testTimeout: 0, name: 'sim', include: ['test/sim/**/*.sim.ts'] },
        plugins: [mutantPlugin()],
      },
      {
        test: { ...common, testTimeout: 0, name: 'crash', include: ['test/crash/**/*.crash.ts'] },
        plugins: [mutantPlugin()],
      },
      {
        test: {
          ...common,
          testTimeout: 0,
          name: 'kill',
          include: ['test/kill/**/*.kill.ts'],
          globalSetup: ['test/cli-e2e/support/build.ts'],
          // Each suite keeps both cores at work by itself.
          fileParallelism: false,
        },
      },
      {
        test: { ...common, testTimeout: 300_000, name: 'mutants', include: ['test/mutants/*.mutant.ts'] },
      },
      {
        test: {
          ...common,
          // As long as the budget that it is given.
          testTimeout: 0,
          hookTimeout: 300_000,
          name: 'fuzz',
          include: ['test/fuzz/**/*.fuzz.ts'],
          globalSetup: ['test/cli-e2e/support/build.ts'],
        },
        plugins: [mutantPlugin()],
      },
      {
        test: { ...common, testTimeout: 300_000, hookTimeout: 300_000, name: 'package', include: [INSTALL] },
      },
    ],
  },
});
