import { parseArgs } from 'node:util';

/**
 * @typedef {object} BenchOptions
 * @property {number} plays rows of all play files together
 * @property {number} days one file each
 * @property {number} files of the many small ones
 * @property {number} repeat how often each side runs
 * @property {string} memoryLimit for DuckDB on both sides, as it writes it
 * @property {number | null} threads on all sides; null: what each takes by default
 * @property {readonly string[]} only scenarios; none: the usual ones
 * @property {boolean} scale
 * @property {boolean} json
 */

/** @param {readonly { name: string, about: string, usual: boolean }[]} scenarios */
export const usage = (scenarios) => `npm run bench -- [options]

Measures hitparade beside what people would write otherwise, as whole processes, alternately, in one run.
The data is made once and kept in .bench/.

  --plays N            rows of all play files, default 20e6
  --days N             one file a day, default 7
  --files N            of the many small ones, default 10000
  --repeat N           how often each side runs, alternately, default 3
  --memory-limit SIZE  for DuckDB on both sides, default 1GB (scenario memory and scale: always 512MB)
  --threads N          on all sides, default: what each takes by itself
  --only A,B           these scenarios alone
  --scale              the scenario "scale" as well
  --json               one JSON document instead of the table

Scenarios:
${scenarios.map(({ name, about, usual }) => `  ${name.padEnd(16)} ${about}${usual ? '' : ' (only if asked for)'}`).join('\n')}
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
 * @param {readonly string[]} scenarios their names
 * @returns {BenchOptions | undefined} undefined if only help was asked for
 */
export function readOptions(args, scenarios) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      plays: { type: 'string', default: '20e6' },
      days: { type: 'string', default: '7' },
      files: { type: 'string', default: '10000' },
      repeat: { type: 'string', default: '3' },
      'memory-limit': { type: 'string', default: '1GB' },
      threads: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      scale: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const only = values.only.split(',').filter(Boolean);
  const unknown = only.find((name) => !scenarios.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--only names "${unknown}"; there are ${scenarios.join(', ')}`);
  }
  return {
    plays: positiveInteger('plays', values.plays),
    days: positiveInteger('days', values.days),
    files: positiveInteger('files', values.files),
    repeat: positiveInteger('repeat', values.repeat),
    memoryLimit: values['memory-limit'],
    threads: values.threads === '' ? null : positiveInteger('threads', values.threads),
    only,
    scale: values.scale,
    json: values.json,
  };
}
