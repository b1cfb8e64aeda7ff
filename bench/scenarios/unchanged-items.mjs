import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { countingProxy } from '../counting-proxy.mjs';
import { valueRow } from '../rows.mjs';
import { KPI_TABLES, serveTables } from '../seed-stack.mjs';

const DAYS = 3;

/**
 * Another catalogue by its bytes, the same by its content: its last row stands in it twice.
 * @param {string} file
 */
async function dropAgain(file) {
  const text = await readFile(file, 'utf8');
  const lastRow = text.trimEnd().split('\n').at(-1) ?? '';
  await writeFile(`${file}.part`, `${text}${lastRow}\n`);
  await rename(`${file}.part`, file);
}

/** @type {import('./scenario.mjs').Scenario} */
export const unchangedItemsScenario = {
  name: 'unchanged-items',
  about: 'items written when every date is computed again and nothing differs, counted on the wire',
  usual: true,
  async run(bench) {
    const plays = Math.min(bench.options.plays, 200_000);
    const data = await bench.data(`unchanged-${plays}`, { plays, days: DAYS, ...bench.service(plays) });
    const lake = await bench.fresh('hitparade');
    await bench.placeRaw(data, lake);
    const server = await serveTables(bench);
    const proxy = await countingProxy(server.endpoint);
    const kpiItems = () => KPI_TABLES.reduce((all, table) => all + (proxy.written.get(table) ?? 0), 0);
    try {
      const run = () =>
        bench.run(lake, { args: ['--dynamodb-endpoint', proxy.endpoint], env: server.environment });
      await run();
      const first = kpiItems();
      proxy.written.clear();
      await dropAgain(path.join(lake, 'raw', 'songs', 'songs.csv'));
      const { measurement, report } = await run();
      bench.say(
        `  ${first} items at first; ${report.dates.length} dates computed again, ${kpiItems()} items written`,
      );
      if (first === 0 || report.dates.length !== DAYS) throw new Error('the dates were not computed again');
      return [
        valueRow({
          measure: `unchanged items written, ${DAYS} dates computed again`,
          values: [kpiItems()],
          unit: 'items',
          runs: [measurement],
          goal: 0,
        }),
      ];
    } finally {
      await proxy.stop();
      await server.stop();
      await rm(lake, { recursive: true });
    }
  },
};
