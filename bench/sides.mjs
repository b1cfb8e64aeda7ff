import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { assertEqual, compareKpis } from './compare.mjs';

/**
 * @typedef {import('./bench.mjs').Bench} Bench
 * @typedef {import('./data.mjs').Data} Data
 * @typedef {import('./measure.mjs').Measurement} Measurement
 */

/**
 * Keeps a side's answers, so that the rest of its output can go: there is not room for everything of all sides.
 * @param {Bench} bench
 * @param {string} side
 * @param {string} output
 */
export async function keepAnswers(bench, side, output) {
  const answers = await bench.fresh('answers', side);
  await rename(path.join(output, 'processed'), answers);
}

/**
 * @param {Bench} bench
 * @param {string} side that is compared with ours
 * @throws Error if the answers that both sides left differ
 */
export async function compareAnswers(bench, side) {
  const answers = path.join(bench.home, 'work', 'answers');
  const differences = await compareKpis(path.join(answers, 'hitparade'), path.join(answers, side));
  assertEqual(differences, side);
  return differences.reduce((all, { rows }) => all + rows, 0);
}

/**
 * Our whole job on an empty lake.
 * @param {Bench} bench
 * @param {Data} data
 * @param {string} [memoryLimit]
 * @returns {Promise<Measurement>}
 */
export async function firstLoad(bench, data, memoryLimit = bench.options.memoryLimit) {
  const lake = await bench.fresh('hitparade');
  await bench.placeRaw(data, lake);
  const { measurement } = await bench.run(lake, { memoryLimit });
  await keepAnswers(bench, 'hitparade', lake);
  await rm(lake, { recursive: true });
  return measurement;
}

/**
 * The hand-written DuckDB script on the same data.
 * @param {Bench} bench
 * @param {Data} data
 * @returns {Promise<Measurement>}
 */
export async function duckdbScript(bench, data) {
  const { memoryLimit, threads } = bench.options;
  // None: as many as DuckDB takes by itself.
  const output = await bench.fresh('script');
  await bench.placeRaw(data, output);
  const script = path.join(bench.peers, 'duckdb-script.mjs');
  const args = [
    script,
    path.join(output, 'raw'),
    output,
    memoryLimit,
    ...(threads === null ? [] : [String(threads)]),
  ];
  const { measurement } = await bench.process(process.execPath, args);
  await keepAnswers(bench, 'script', output);
  await rm(output, { recursive: true });
  return measurement;
}
