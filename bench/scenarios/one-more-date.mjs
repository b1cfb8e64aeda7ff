import path from 'node:path';
import { placeFiles } from '../files.mjs';
import { pythonOfSeedStack } from '../python.mjs';
import { ratioRow } from '../rows.mjs';
import { seedStack } from '../seed-stack.mjs';
import { compareAnswers, keepAnswers } from '../sides.mjs';

/** @typedef {import('../bench.mjs').Bench} Bench */

/**
 * The date after the data's last one, as many plays as the others have on average.
 * @param {Bench} bench
 */
async function nextDate(bench) {
  const { plays, days } = bench.options;
  const start = new Date(Date.UTC(2024, 5, 24 + days)).toISOString().slice(0, 10);
  const options = { plays: Math.ceil(plays / days), days: 1, start, ...bench.service() };
  return bench.data(`plays-${plays}-days-${days}-next`, options);
}

/** @type {import('./scenario.mjs').Scenario} */
export const oneMoreDateScenario = {
  name: 'one-more-date',
  about: "one more date arrives, beside the seed's stack, which computes everything again",
  usual: true,
  async run(bench) {
    const python = await pythonOfSeedStack(bench);
    const data = await bench.mainData();
    const { streams: added } = await nextDate(bench);
    const lake = await bench.loadedLake(data);

    const ours = () =>
      bench.withCopy(lake, async (copy) => {
        await placeFiles(added, path.join(copy, 'raw', 'streams'));
        const { measurement } = await bench.run(copy);
        await keepAnswers(bench, 'hitparade', copy);
        return measurement;
      });
    const runs = await bench.alternate(
      { hitparade: ours, 'seed-stack': () => seedStack(bench, python, data, added) },
      { after: async () => bench.say(`  ${await compareAnswers(bench, 'seed-stack')} KPI rows are equal`) },
    );
    return [
      ratioRow({
        measure: `one more date after ${bench.options.days} ÷ seed's stack`,
        ours: { name: 'hitparade', runs: runs.hitparade },
        other: { name: "seed's stack", runs: runs['seed-stack'] },
        goal: 0.03,
      }),
    ];
  },
};
