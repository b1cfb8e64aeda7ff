import { Skipped } from '../bench.mjs';
import { memoryRows } from '../rows.mjs';
import { firstLoad } from '../sides.mjs';

export const MEMORY_LIMIT = '512MB';
export const MOST_BYTES = 800e6;

/** @type {import('./scenario.mjs').Scenario} */
export const memoryScenario = {
  name: 'memory',
  about: `resident memory of our whole job with --memory-limit ${MEMORY_LIMIT}`,
  usual: true,
  async run(bench) {
    const data = await bench.mainData();
    const { hitparade: runs } = await bench.alternate({
      hitparade: () => firstLoad(bench, data, MEMORY_LIMIT),
    });
    const measure = `peak memory, ${bench.options.plays / 1e6} M plays, limit ${MEMORY_LIMIT}`;
    const rows = memoryRows({ measure, runs, goal: MOST_BYTES });
    if (rows.length === 0) throw new Skipped('memory is seen through /proc, which is not here');
    return rows;
  },
};
