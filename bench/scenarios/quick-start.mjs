import process from 'node:process';
import { valueRow } from '../rows.mjs';

const GOAL_SECONDS = 0.25;

/** @type {import('./scenario.mjs').Scenario} */
export const quickStartScenario = {
  name: 'quick-start',
  about: '--help, --version and status on a small lake',
  usual: true,
  async run(bench) {
    const lake = await bench.loadedLake(await bench.data('small', { plays: 10_000, days: 3 }));
    const ours =
      (/** @type {string[]} */ ...args) =>
      async () =>
        (await bench.hitparade(args)).measurement;
    const runs = await bench.alternate(
      {
        '--help': ours('--help'),
        '--version': ours('--version'),
        status: ours('status', '--lake', lake),
        node: async () => (await bench.process(process.execPath, ['--eval', '0'])).measurement,
      },
      // They are short, so the machine's own noise is large.
      { repeat: bench.options.repeat * 3 },
    );
    return Object.entries(runs).map(([name, of]) =>
      valueRow({
        measure: name === 'node' ? 'Node alone, for comparison' : name,
        values: of.map(({ seconds }) => seconds),
        unit: 's',
        runs: of,
        goal: name === 'node' ? null : GOAL_SECONDS,
      }),
    );
  },
};
