import { spread } from './statistics.mjs';

/**
 * @typedef {import('./measure.mjs').Measurement} Measurement
 * @typedef {import('./statistics.mjs').Spread} Spread
 * @typedef {'s' | 'ms' | 'µs' | 'bytes' | 'items' | 'x'} Unit x: a ratio
 *
 * @typedef {object} Side
 * @property {string} name
 * @property {Spread} value in the row's unit of sides
 * @property {readonly Measurement[]} runs in their order
 *
 * @typedef {object} Row one line of the result
 * @property {string} measure
 * @property {Side | null} ours
 * @property {Side | null} other
 * @property {Unit} sideUnit
 * @property {Spread} value what the goal is about
 * @property {Unit} unit of value and goal
 * @property {number | null} goal at most this; null if the issue sets none
 * @property {boolean | null} met judged by the median
 */

/** @param {Measurement} run */
const secondsOf = (run) => run.seconds;

/**
 * @param {{ median: number }} value
 * @param {number | null} goal
 */
const isMet = (value, goal) => (goal === null ? null : value.median <= goal);

/**
 * Ours divided by the other's, medians by medians and minima by minima.
 * @param {object} given
 * @param {string} given.measure
 * @param {{ name: string, runs: readonly Measurement[] }} given.ours
 * @param {{ name: string, runs: readonly Measurement[] }} given.other
 * @param {number | null} given.goal
 * @param {(run: Measurement, side: 'ours' | 'other') => number} [given.of] seconds of the whole run, if not given
 * @param {Unit} [given.sideUnit]
 * @returns {Row}
 */
export function ratioRow({ measure, ours, other, goal, of = secondsOf, sideUnit = 's' }) {
  const here = { ...ours, value: spread(ours.runs.map((run) => of(run, 'ours'))) };
  const there = { ...other, value: spread(other.runs.map((run) => of(run, 'other'))) };
  const value = { min: here.value.min / there.value.min, median: here.value.median / there.value.median };
  return { measure, ours: here, other: there, sideUnit, value, unit: 'x', goal, met: isMet(value, goal) };
}

/**
 * A value that stands by itself.
 * @param {object} given
 * @param {string} given.measure
 * @param {readonly number[]} given.values
 * @param {Unit} given.unit
 * @param {readonly Measurement[]} given.runs that the values are of
 * @param {number | null} given.goal
 * @returns {Row}
 */
export function valueRow({ measure, values, unit, runs, goal }) {
  const value = spread(values);
  const ours = { name: 'hitparade', value: spread(runs.map(secondsOf)), runs };
  return { measure, ours, other: null, sideUnit: 's', value, unit, goal, met: isMet(value, goal) };
}

/**
 * @param {object} given
 * @param {string} given.measure
 * @param {readonly Measurement[]} given.runs
 * @param {number | null} given.goal bytes
 * @returns {Row[]} none where memory cannot be seen
 */
export function memoryRows({ measure, runs, goal }) {
  const peaks = runs.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
  if (peaks.length === 0) return [];
  const row = valueRow({ measure, values: peaks, unit: 'bytes', runs, goal });
  // A limit that is passed once is passed.
  return [{ ...row, met: goal === null ? null : Math.max(...peaks) <= goal }];
}
