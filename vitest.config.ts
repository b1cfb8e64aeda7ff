import { defineConfig } from 'vitest/config';

const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };
/** Needs the registry, or npm's cache: `npm run test:package`, not `npm test`. */
const INSTALL = 'test/package/install.test.ts';

export default defineConfig({
  test: {
    // Native addons (DuckDB, LevelDB) belong into processes of their own; each of them uses threads besides.
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...timeouts,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cli-e2e/**', INSTALL],
          // The longest first, so that they do not run alone at the end.
          sequence: { groupOrder: 0 },
        },
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
          ...timeouts,
          name: 'cli',
          include: ['test/cli-e2e/**/*.test.ts'],
          globalSetup: ['test/cli-e2e/support/build.ts'],
        },
      },
      {
        test: { testTimeout: 300_000, hookTimeout: 300_000, name: 'package', include: [INSTALL] },
      },
    ],
  },
});
