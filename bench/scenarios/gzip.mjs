import path from 'node:path';
import { placeFiles } from '../files.mjs';
import { ratioRow } from '../rows.mjs';

/** About 100 MB. */
const PLAYS = 1_900_000;

/** @type {import('./scenario.mjs').Scenario} */
export const gzipScenario = {
  name: 'gzip',
  about: '100 MB of plays as .csv.gz, beside the same as .csv, the catalogue being there',
  usual: true,
  async run(bench) {
    const plays = Math.min(PLAYS, bench.options.plays);
    const options = { plays, days: 1, ...bench.service(plays) };
    const plain = await bench.data(`gzip-${plays}-plain`, options);
    const packed = await bench.data(`gzip-${plays}-packed`, { ...options, compress: true });
    const lake = await bench.loadedLake({ ...plain, streams: [] });
    const arrival = (/** @type {readonly string[]} */ files) => () =>
      bench.withCopy(lake, async (copy) => {
        await placeFiles(files, path.join(copy, 'raw', 'streams'));
        return (await bench.run(copy)).measurement;
      });
    const runs = await bench.alternate({ packed: arrival(packed.streams), plain: arrival(plain.streams) });
    return [
      ratioRow({
        measure: `${Math.round((plays * 53) / 1e6)} MB of plays, .csv.gz ÷ .csv`,
        ours: { name: '.csv.gz', runs: runs.packed },
        other: { name: '.csv', runs: runs.plain },
        goal: 1.6,
      }),
    ];
  },
};
