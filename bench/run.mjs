// `npm run bench`: our whole job beside a hand-written script for the same charts, in one run on one machine.
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { assertEqual, compareKpis } from './compare.mjs';
import { placeData, prepareData } from './data.mjs';
import { describeMachine } from './machine.mjs';
import { measure } from './measure.mjs';
import { USAGE, readOptions } from './options.mjs';
import { median, summarize, table } from './summary.mjs';

/**
 * @typedef {import('./measure.mjs').Measurement} Measurement
 * @typedef {import('./options.mjs').BenchOptions} BenchOptions
 */

const PROJECT = path.dirname(import.meta.dirname);
const HOME = path.join(PROJECT, '.bench');

/** @param {string} message */
const say = (message) => process.stderr.write(`${message}\n`);

/**
 * @param {BenchOptions} options
 * @param {string} raw
 */
async function runHitparade({ memoryLimit, threads }, raw) {
  const lake = path.join(HOME, 'work', 'hitparade');
  await rm(lake, { recursive: true, force: true });
  await placeData(raw, path.join(lake, 'raw'));
  const args = ['run', '--lake', lake, '--json', '--memory-limit', memoryLimit, '--threads', String(threads)];
  return measure(path.join(PROJECT, 'dist', 'cli', 'main.js'), args, path.join(HOME, 'usage'));
}

/**
 * @param {BenchOptions} options
 * @param {string} raw
 */
async function runScript({ memoryLimit, threads }, raw) {
  const out = path.join(HOME, 'work', 'script');
  await rm(out, { recursive: true, force: true });
  const script = path.join(PROJECT, 'bench', 'peers', 'duckdb-script.mjs');
  return measure(script, [raw, out, memoryLimit, String(threads)], path.join(HOME, 'usage'));
}

/** @param {BenchOptions} options */
async function bench(options) {
  await mkdir(HOME, { recursive: true });
  const data = await prepareData(HOME, options, say);
  const sides = [
    { name: 'hitparade', run: runHitparade },
    { name: 'script', run: runScript },
  ].filter(({ name }) => options.only === 'both' || options.only === name);
  /** @type {Record<string, Measurement[]>} */
  const runs = Object.fromEntries(sides.map(({ name }) => [name, []]));
  let kpiRows = 0;
  for (let round = 1; round <= options.repeat; round++) {
    // Each side goes first every other time: neither always finds the machine as the other left it.
    for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
      const measurement = await side.run(options, data.raw);
      runs[side.name]?.push(measurement);
      say(`${round}/${options.repeat} ${side.name} ${measurement.seconds.toFixed(2)} s`);
    }
    if (options.only !== 'both') continue;
    const processed = (/** @type {string} */ name) => path.join(HOME, 'work', name, 'processed');
    const differences = await compareKpis(processed('hitparade'), processed('script'));
    assertEqual(differences);
    kpiRows = differences.reduce((all, { rows }) => all + rows, 0);
  }
  await rm(path.join(HOME, 'work'), { recursive: true, force: true });

  const { plays, days, memoryLimit, threads, repeat } = options;
  const ratios = (runs['hitparade'] ?? []).flatMap(({ seconds }, index) => {
    const other = runs['script']?.[index];
    return other === undefined ? [] : [seconds / other.seconds];
  });
  return {
    machine: describeMachine(),
    data: { plays, days, bytes: data.bytes },
    settings: { memoryLimit, threads, repeat },
    sides: Object.fromEntries(Object.entries(runs).map(([name, of]) => [name, summarize(of, plays)])),
    /** hitparade / script, median of the pairs; null if only one side ran. */
    ratio: ratios.length === 0 ? null : median(ratios),
    /** KPI rows that both sides gave alike; null if only one side ran. */
    equalKpiRows: ratios.length === 0 ? null : kpiRows,
  };
}

/** @param {Awaited<ReturnType<typeof bench>>} report */
function present({ machine, data, settings, sides, ratio, equalKpiRows }) {
  const gigabytes = (/** @type {number} */ bytes) => `${(bytes / 1e9).toFixed(1)} GB`;
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${gigabytes(machine.memoryBytes)}, ${machine.platform}`,
    `Node ${machine.node}, DuckDB ${machine.duckdb}, memory limit ${settings.memoryLimit}, ${settings.threads} threads`,
    `${data.plays} plays of ${data.days} dates, ${Math.round(data.bytes / 1e6)} MB of CSV; runs of each side: ${settings.repeat}, alternately`,
    '',
    table(sides),
    '',
    ratio === null
      ? 'Only one side ran: nothing was compared.'
      : `hitparade takes ${ratio.toFixed(2)} times the script's time; ${equalKpiRows} KPI rows are equal.`,
  ];
  return `${lines.join('\n')}\n`;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(USAGE);
  } else {
    const report = await bench(options);
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : present(report));
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
