import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Skipped } from '../bench.mjs';
import { memoryRows } from '../rows.mjs';
import { MEMORY_LIMIT, MOST_BYTES } from './memory.mjs';

/** @typedef {import('../bench.mjs').Bench} Bench */

const ROW_BYTES = 2e9;
const LISTENERS = 10e6;
const CHUNK = 1 << 20;

/** Good rows around one of two gigabytes. */
function* oneLongRow() {
  yield 'user_id,track_id,listen_time\nu1,t1,2024-06-25 10:00:00\n';
  const chunk = 'x'.repeat(CHUNK);
  for (let bytes = 0; bytes < ROW_BYTES; bytes += CHUNK) yield chunk;
  yield '\nu2,t1,2024-06-25 10:00:00\n';
}

/** All plays of one date, each by a listener of its own, all of one track. */
function* manyListeners() {
  yield 'user_id,track_id,listen_time\n';
  let text = '';
  for (let user = 1; user <= LISTENERS; user++) {
    text += `u${user},t1,2024-06-25 10:00:00\n`;
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  yield text;
}

/**
 * One run over a lake with one song and the given play file, and what the chart says then.
 * @param {Bench} bench
 * @param {() => Iterable<string>} plays
 */
async function load(bench, plays) {
  const lake = await bench.fresh('hostile');
  const raw = (/** @type {string[]} */ ...names) => path.join(lake, 'raw', ...names);
  for (const dataset of ['users', 'songs', 'streams']) await mkdir(raw(dataset), { recursive: true });
  await writeFile(
    raw('songs', 'songs.csv'),
    'track_id,artists,track_name,track_genre,duration_ms\nt1,Someone,Something,pop,1000\n',
  );
  await writeFile(
    raw('users', 'users.csv'),
    'user_id,user_name,user_age,user_country,created_at\nu1,One,30,Ghana,2024-01-01\n',
  );
  await pipeline(Readable.from(plays()), createWriteStream(raw('streams', 'plays.csv')));
  const { measurement } = await bench.run(lake, { memoryLimit: MEMORY_LIMIT });
  const { stdout } = await bench.hitparade(['show', 'daily-genre', '--lake', lake, '--json']);
  return { measurement, chart: stdout };
}

/**
 * @param {string} chart
 * @param {number} listeners that it must tell
 */
function assertListeners(chart, listeners) {
  const told = /"unique_listeners":\s*(\d+)/.exec(chart)?.[1];
  if (told !== String(listeners)) throw new Error(`${listeners} listeners, and the chart tells ${told}`);
}

/** @type {import('./scenario.mjs').Scenario} */
export const hostileSizesScenario = {
  name: 'hostile-sizes',
  about: `resident memory with --memory-limit ${MEMORY_LIMIT} for a row of 2 GB, and for 10 M listeners of one genre`,
  usual: false,
  async run(bench) {
    const row = await load(bench, oneLongRow);
    assertListeners(row.chart, 2);
    const crowd = await load(bench, manyListeners);
    assertListeners(crowd.chart, LISTENERS);
    const rows = [
      ...memoryRows({ measure: 'peak memory, a row of 2 GB', runs: [row.measurement], goal: MOST_BYTES }),
      ...memoryRows({
        measure: `peak memory, ${LISTENERS / 1e6} M listeners of one genre and date`,
        runs: [crowd.measurement],
        goal: MOST_BYTES,
      }),
    ];
    if (rows.length === 0) throw new Skipped('memory is seen through /proc, which is not here');
    return rows;
  },
};
