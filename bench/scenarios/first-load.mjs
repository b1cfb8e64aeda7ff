import { ratioRow } from '../rows.mjs';
import { compareAnswers, duckdbScript, firstLoad } from '../sides.mjs';

/** @type {import('./scenario.mjs').Scenario} */
export const firstLoadScenario = {
  name: 'first-load',
  about: 'our whole job on an empty lake, beside a hand-written DuckDB script',
  usual: true,
  async run(bench) {
    const data = await bench.mainData();
    const runs = await bench.alternate(
      { hitparade: () => firstLoad(bench, data), script: () => duckdbScript(bench, data) },
      { after: async () => bench.say(`  ${await compareAnswers(bench, 'script')} KPI rows are equal`) },
    );
    return [
      ratioRow({
        measure: `first load of ${bench.options.plays / 1e6} M plays ÷ DuckDB script`,
        ours: { name: 'hitparade', runs: runs.hitparade },
        other: { name: 'DuckDB script', runs: runs.script },
        goal: 1,
      }),
    ];
  },
};
