import path from 'node:path';
import { placeFiles } from '../files.mjs';
import { ratioRow } from '../rows.mjs';
import { LATE_DAY, MANY_DAYS, datesOfYear, lateFile, yearData } from './year.mjs';

/**
 * @typedef {import('../bench.mjs').Bench} Bench
 */

/**
 * @param {Bench} bench
 * @param {string} lake
 * @param {string} file
 * @param {number} dates that the run has to publish
 */
const arrival = (bench, lake, file, dates) => () =>
  bench.withCopy(lake, async (copy) => {
    await placeFiles([file], path.join(copy, 'raw', 'streams'));
    const { measurement, report } = await bench.run(copy);
    if (report.dates.length !== dates) {
      throw new Error(`a file of ${dates} dates had ${report.dates.length} published`);
    }
    return measurement;
  });

/** @type {import('./scenario.mjs').Scenario} */
export const lateFileScenario = {
  name: 'late-file',
  about: 'one file of one old date into a lake of 365 dates, beside lakes that have nothing else',
  usual: true,
  async run(bench) {
    const year = await yearData(bench);
    const file = await lateFile(bench, 1);
    const full = await bench.loadedLake(year);
    const date = await bench.loadedLake(datesOfYear(year, 'one-date', LATE_DAY, 1));
    const empty = await bench.loadedLake(datesOfYear(year, 'no-date', 0, 0));
    const runs = await bench.alternate({
      'of 365 dates': arrival(bench, full, file, 1),
      'of that date alone': arrival(bench, date, file, 1),
      'without plays': arrival(bench, empty, file, 1),
    });
    const ours = { name: 'lake of 365 dates', runs: runs['of 365 dates'] };
    return [
      ratioRow({
        measure: 'late file into 365 dates ÷ into that date alone',
        ours,
        other: { name: 'that date alone', runs: runs['of that date alone'] },
        goal: 1.3,
      }),
      ratioRow({
        measure: 'late file into 365 dates ÷ into a lake without plays',
        ours,
        other: { name: 'lake without plays', runs: runs['without plays'] },
        goal: 1.3,
      }),
    ];
  },
};

/** @type {import('./scenario.mjs').Scenario} */
export const thirtyDatesScenario = {
  name: 'thirty-dates',
  about: `one file that touches ${MANY_DAYS} old dates of 365, beside a lake of those dates alone`,
  usual: true,
  async run(bench) {
    const year = await yearData(bench);
    const file = await lateFile(bench, MANY_DAYS);
    const full = await bench.loadedLake(year);
    const dates = await bench.loadedLake(datesOfYear(year, `${MANY_DAYS}-dates`, LATE_DAY, MANY_DAYS));
    const runs = await bench.alternate({
      'of 365 dates': arrival(bench, full, file, MANY_DAYS),
      'of those dates': arrival(bench, dates, file, MANY_DAYS),
    });
    return [
      ratioRow({
        measure: `file of ${MANY_DAYS} old dates into 365 ÷ into those alone`,
        ours: { name: 'lake of 365 dates', runs: runs['of 365 dates'] },
        other: { name: 'those dates alone', runs: runs['of those dates'] },
        goal: 1.3,
      }),
    ];
  },
};
