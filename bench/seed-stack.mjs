import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { start } from './measure.mjs';
import { keepAnswers } from './sides.mjs';

/**
 * @typedef {import('./bench.mjs').Bench} Bench
 * @typedef {import('./data.mjs').Data} Data
 * @typedef {import('./measure.mjs').Measurement} Measurement
 *
 * @typedef {object} TablesServer
 * @property {string} endpoint
 * @property {Readonly<Record<string, string>>} environment for programs that use it
 * @property {() => Promise<void>} stop
 */

export const KPI_TABLES = ['DailyGenreKPIs', 'TopSongsPerGenre', 'TopGenresPerDay'];

/**
 * Empty tables, served by `hitparade dynamodb`.
 * @param {Bench} bench
 * @returns {Promise<TablesServer>}
 */
export async function serveTables(bench) {
  const lake = await bench.fresh('tables');
  await mkdir(path.join(lake, 'raw'), { recursive: true });
  const args = [bench.program, 'dynamodb', '--lake', lake, '--json', '--quiet'];
  const child = start({ program: process.execPath, args }, ['ignore', 'pipe', 'inherit']);
  const text = await new Promise((resolve, reject) => {
    let sofar = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      sofar += chunk;
      // One document, and nothing after it.
      if (sofar.trimEnd().endsWith('}}')) resolve(sofar);
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`hitparade dynamodb ended with ${code}: ${sofar}`)));
  });
  const { endpoint, environment } = JSON.parse(text);
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { endpoint, environment, stop };
}

/** @param {TablesServer} server */
async function countItems({ endpoint, environment }) {
  // A word about the version of Node is of no use among measurements.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const client = new DynamoDBClient({
    endpoint,
    region: environment['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
  let items = 0;
  for (const TableName of KPI_TABLES) {
    /** @type {Record<string, import('@aws-sdk/client-dynamodb').AttributeValue> | undefined} */
    let from;
    do {
      const page = await client.send(
        new ScanCommand({ TableName, Select: 'COUNT', ExclusiveStartKey: from }),
      );
      items += page.Count ?? 0;
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  }
  client.destroy();
  return items;
}

/**
 * @param {Bench} bench
 * @param {string} python
 * @param {string} output with the raw files in `raw/`
 * @param {TablesServer['environment']} env
 * @param {readonly string[]} [more]
 */
async function runStack(bench, python, output, env, more = []) {
  const script = path.join(bench.peers, 'seed-stack', 'run.py');
  const args = [
    script,
    path.join(output, 'raw'),
    output,
    String(bench.options.threads ?? os.availableParallelism()),
    ...more,
  ];
  const { measurement, stdout } = await bench.process(python, args, { ...env, PYTHONDONTWRITEBYTECODE: '1' });
  return { measurement, report: JSON.parse(stdout) };
}

/**
 * The seed's stack. It computes everything, whatever it computed before.
 * @param {Bench} bench
 * @param {string} python
 * @param {Data} data
 * @param {readonly string[]} [added] play files that come after the data's were validated
 * @returns {Promise<Measurement>}
 */
export async function seedStack(bench, python, data, added = []) {
  const output = await bench.fresh('seed-stack');
  await bench.placeRaw(data, output);
  const server = await serveTables(bench);
  try {
    if (added.length > 0) {
      // Validated files are kept by this stack, too: only the new one is its work.
      await runStack(bench, python, output, server.environment, ['--validate-only']);
      await bench.placeRaw({ ...data, users: [], songs: [], streams: added }, output);
    }
    const { measurement, report } = await runStack(bench, python, output, server.environment);
    const { validate, compute, load } = report.seconds;
    bench.say(`  seed-stack: validate ${validate} s, compute ${compute} s, load ${load} s`);
    const items = await countItems(server);
    if (items !== report.items) {
      throw new Error(`seed-stack put ${report.items} items, the tables have ${items}`);
    }
    await keepAnswers(bench, 'seed-stack', output);
    await rm(output, { recursive: true });
    return measurement;
  } finally {
    await server.stop();
    await rm(path.join(bench.home, 'work', 'tables'), { recursive: true, force: true });
  }
}
