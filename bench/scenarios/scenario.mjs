/**
 * @typedef {object} Scenario
 * @property {string} name for `--only`
 * @property {string} about one line for people
 * @property {boolean} usual part of a run without `--only`
 * @property {(bench: import('../bench.mjs').Bench) => Promise<import('../rows.mjs').Row[]>} run
 */

export {};
