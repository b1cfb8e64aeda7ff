import { valueRow } from '../rows.mjs';

/** @typedef {import('../bench.mjs').Bench} Bench */

const DAYS = 10;
const PLAYS_A_FILE = 100;
/** What a run may take before its first file. */
const FIXED_SECONDS = 1;

/** @param {Bench} bench */
function smallFiles(bench) {
  const filesPerDay = Math.ceil(bench.options.files / DAYS);
  const plays = filesPerDay * DAYS * PLAYS_A_FILE;
  return bench.data(`files-${filesPerDay * DAYS}`, { plays, days: DAYS, filesPerDay });
}

/** @type {import('./scenario.mjs').Scenario} */
export const smallFilesScenario = {
  name: 'small-files',
  about: `--files files of ${PLAYS_A_FILE} plays in one run`,
  usual: true,
  async run(bench) {
    const data = await smallFiles(bench);
    const files = data.streams.length;
    const { hitparade: runs } = await bench.alternate({
      hitparade: async () => {
        const lake = await bench.fresh('hitparade');
        await bench.placeRaw(data, lake);
        const { measurement } = await bench.run(lake);
        await bench.keepLake(lake, data);
        return measurement;
      },
    });
    const perFile = (/** @type {number} */ fixed) =>
      runs.map(({ seconds }) => (1000 * (seconds - fixed)) / files);
    return [
      valueRow({
        measure: `${files} small files, each beyond a fixed second`,
        values: perFile(FIXED_SECONDS),
        unit: 'ms',
        runs,
        goal: 10,
      }),
      valueRow({ measure: `${files} small files, each`, values: perFile(0), unit: 'ms', runs, goal: null }),
    ];
  },
};

/** @type {import('./scenario.mjs').Scenario} */
export const nothingNewScenario = {
  name: 'nothing-new',
  about: 'a run with nothing new over --files processed files',
  usual: true,
  async run(bench) {
    const data = await smallFiles(bench);
    const lake = await bench.loadedLake(data);
    const { hitparade: runs } = await bench.alternate({
      hitparade: async () => (await bench.run(lake)).measurement,
    });
    const values = runs.map(({ seconds }) => seconds);
    return [
      valueRow({
        measure: `nothing new over ${data.streams.length} files`,
        values,
        unit: 's',
        runs,
        goal: 1,
      }),
    ];
  },
};
