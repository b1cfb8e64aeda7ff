import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * @typedef {import('../bench.mjs').Bench} Bench
 * @typedef {import('../data.mjs').Data} Data
 */

const DAYS = 365;
/** A year with more plays would only make the preparation longer. */
const MOST_PLAYS = 20e6;
const FILE_PLAYS = 100_000;
/** Of the year, counted from 0: old, and neither its first nor its last. */
export const LATE_DAY = 180;
export const MANY_DAYS = 30;

/** @param {number} day of the year */
const dateOf = (day) => new Date(Date.UTC(2024, 5, 24 + day)).toISOString().slice(0, 10);

/** @param {Bench} bench */
const yearPlays = (bench) => Math.max(DAYS, Math.min(bench.options.plays, MOST_PLAYS));

/**
 * A year of plays, one file a date.
 * @param {Bench} bench
 */
export function yearData(bench) {
  const plays = yearPlays(bench);
  return bench.data(`year-${plays}`, { plays, days: DAYS, ...bench.service(plays) });
}

/**
 * Some of the year's dates, with the whole catalogue.
 * @param {Data} year
 * @param {string} name
 * @param {number} from day of the year
 * @param {number} days
 * @returns {Data}
 */
export const datesOfYear = (year, name, from, days) => ({
  ...year,
  name: `${year.name}-${name}`,
  streams: year.streams.slice(from, from + days),
});

/**
 * One file of plays that nobody has seen, of one or more successive dates of the year.
 * @param {Bench} bench
 * @param {number} days
 * @returns {Promise<string>}
 */
export async function lateFile(bench, days) {
  const plays = Math.min(bench.options.plays, FILE_PLAYS);
  const data = await bench.data(`late-${plays}-days-${days}-of-${yearPlays(bench)}`, {
    plays,
    days,
    start: dateOf(LATE_DAY),
    // The same users and tracks as the year's.
    ...bench.service(yearPlays(bench)),
  });
  const folder = path.join(bench.home, 'data', data.name, 'one-file');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `late-${days}.csv`);
  await writeFile(file, '');
  for (const [index, part] of data.streams.entries()) {
    const text = await readFile(part, 'utf8');
    await appendFile(file, index === 0 ? text : text.slice(text.indexOf('\n') + 1));
  }
  return file;
}
