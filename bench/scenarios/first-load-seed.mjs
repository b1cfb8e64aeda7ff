import { pythonOfSeedStack } from '../python.mjs';
import { ratioRow } from '../rows.mjs';
import { seedStack } from '../seed-stack.mjs';
import { compareAnswers, firstLoad } from '../sides.mjs';

/** @type {import('./scenario.mjs').Scenario} */
export const firstLoadSeedScenario = {
  name: 'first-load-seed',
  about: "our whole job on an empty lake, beside the seed's stack: pandas, PySpark, boto3",
  usual: true,
  async run(bench) {
    const python = await pythonOfSeedStack(bench);
    const data = await bench.mainData();
    const runs = await bench.alternate(
      { hitparade: () => firstLoad(bench, data), 'seed-stack': () => seedStack(bench, python, data) },
      { after: async () => bench.say(`  ${await compareAnswers(bench, 'seed-stack')} KPI rows are equal`) },
    );
    return [
      ratioRow({
        measure: `first load of ${bench.options.plays / 1e6} M plays ÷ seed's stack`,
        ours: { name: 'hitparade', runs: runs.hitparade },
        other: { name: "seed's stack", runs: runs['seed-stack'] },
        goal: 0.1,
      }),
    ];
  },
};
