import { memoryRows, ratioRow } from '../rows.mjs';
import { firstLoad } from '../sides.mjs';
import { MEMORY_LIMIT, MOST_BYTES } from './memory.mjs';

/** From here on users and tracks no longer grow with the plays: what is left is the cost of the plays. */
const FULL_SERVICE_PLAYS = 20e6;
const FACTOR = 10;

/**
 * Time for each play in a first load, of ten times as many plays by the same number.
 * @param {import('../bench.mjs').Bench} bench
 * @param {number} few
 */
async function growth(bench, few) {
  const many = few * FACTOR;
  const data = { few: await bench.mainData(few), many: await bench.mainData(many) };
  const runs = await bench.alternate({
    few: () => firstLoad(bench, data.few, MEMORY_LIMIT),
    many: () => firstLoad(bench, data.many, MEMORY_LIMIT),
  });
  const millions = (/** @type {number} */ plays) => `${plays / 1e6} M plays`;
  const cost = ratioRow({
    measure: `cost per play, ${millions(many)} ÷ ${millions(few)}`,
    ours: { name: millions(many), runs: runs.many },
    other: { name: millions(few), runs: runs.few },
    of: ({ seconds }, side) => (seconds / (side === 'ours' ? many : few)) * 1e6,
    sideUnit: 'µs',
    goal: few >= FULL_SERVICE_PLAYS ? 1.15 : null,
  });
  const measure = `peak memory, ${millions(many)}, limit ${MEMORY_LIMIT}`;
  return { cost, memory: memoryRows({ measure, runs: runs.many, goal: MOST_BYTES }) };
}

/** @type {import('./scenario.mjs').Scenario} */
export const growthScenario = {
  name: 'growth',
  about: 'cost per play, from a tenth of --plays to --plays',
  usual: true,
  async run(bench) {
    // The scenario "memory" has the other half.
    const { cost } = await growth(bench, Math.ceil(bench.options.plays / FACTOR));
    return [cost];
  },
};

/** @type {import('./scenario.mjs').Scenario} */
export const scaleScenario = {
  name: 'scale',
  about: 'cost per play and memory, from --plays to ten times as many; takes long and 40 GB',
  usual: false,
  async run(bench) {
    const { cost, memory } = await growth(bench, bench.options.plays);
    return [cost, ...memory];
  },
};
