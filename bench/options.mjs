import os from 'node:os';
import { parseArgs } from 'node:util';

/**
 * @typedef {object} BenchOptions
 * @property {number} plays rows of all play files together
 * @property {number} days one file each
 * @property {number} repeat how often each side runs
 * @property {string} memoryLimit for DuckDB on both sides, as it writes it
 * @property {number} threads for DuckDB on both sides
 * @property {'both' | 'hitparade' | 'script'} only
 * @property {boolean} json
 */

export const USAGE = `npm run bench -- [options]

Times the whole job against a hand-written DuckDB script that only computes the charts.

  --plays N            rows of all play files, default 2e6
  --days N             one file a day, default 7
  --repeat N           how often each side runs, alternately, default 3
  --memory-limit SIZE  for DuckDB on both sides, default 1GB
  --threads N          for DuckDB on both sides, default: the cores of this machine
  --only SIDE          hitparade or script, without a comparison
  --json               one JSON document instead of the table
`;

/**
 * @param {string} name
 * @param {string} text
 */
function positiveInteger(name, text) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new Error(`--${name} is "${text}"; it must be a whole number above 0, such as 3 or 2e6`);
  }
  return value;
}

/**
 * @param {readonly string[]} args
 * @returns {BenchOptions | undefined} undefined if only help was asked for
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      plays: { type: 'string', default: '2e6' },
      days: { type: 'string', default: '7' },
      repeat: { type: 'string', default: '3' },
      'memory-limit': { type: 'string', default: '1GB' },
      threads: { type: 'string', default: String(os.availableParallelism()) },
      only: { type: 'string', default: 'both' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { only } = values;
  if (only !== 'both' && only !== 'hitparade' && only !== 'script') {
    throw new Error(`--only is "${only}"; it must be hitparade or script`);
  }
  return {
    plays: positiveInteger('plays', values.plays),
    days: positiveInteger('days', values.days),
    repeat: positiveInteger('repeat', values.repeat),
    memoryLimit: values['memory-limit'],
    threads: positiveInteger('threads', values.threads),
    only,
    json: values.json,
  };
}
