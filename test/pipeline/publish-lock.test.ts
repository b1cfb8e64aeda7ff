import { existsSync } from 'node:fs';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plays, songs, TestLake } from '../support/test-lake.ts';

const LOCK = '_staging/publish.lock';

test('runs that begin together give the charts of one, whoever publishes', async () => {
  const lake = await TestLake.open();
  await lake.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop', 'b rock') });
  for (const hour of [10, 11, 12, 13]) {
    await lake.drop({
      dataset: 'streams',
      filename: `${hour}.csv`,
      text: plays(`u a ${hour}:00:00`, `v b ${hour}:00:00`),
    });
  }
  await Promise.all([lake.hitparade.run(), lake.hitparade.run(), lake.hitparade.run()]);
  await lake.run();
  expect((await lake.chart('daily_genre')).map(({ genre, listen_count }) => [genre, listen_count])).toEqual([
    ['pop', 4],
    ['rock', 4],
  ]);
  expect((await lake.hitparade.status()).files).toMatchObject({ success: 4, pending: 0, processing: 0 });
});

test('a lock whose owner died is taken away, and none is left behind', async () => {
  const lake = await TestLake.open();
  await lake.run();
  const path = join(lake.directory, LOCK);
  // No process has this number: it is above what Linux gives.
  await writeFile(path, `${hostname()}:4194305:dead`);
  await lake.run({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop') });
  expect(existsSync(path)).toBe(false);
});

test('a lock from before the machine started is taken away, whoever has its number now', async () => {
  const lake = await TestLake.open();
  await lake.run();
  const path = join(lake.directory, LOCK);
  await writeFile(path, `${hostname()}:${process.pid}:before`);
  await utimes(path, new Date(0), new Date(0));
  await lake.run();
  expect(existsSync(path)).toBe(false);
});

test('a run that is stopped while it waits for another leaves that one’s lock alone', async () => {
  const lake = await TestLake.open();
  await lake.run();
  const path = join(lake.directory, LOCK);
  await writeFile(path, `${hostname()}:${process.ppid}:alive`);
  const stop = new AbortController();
  const reason = new Error('stopped');
  const running = lake.hitparade.run({ signal: stop.signal });
  setTimeout(() => {
    stop.abort(reason);
  }, 500);
  await expect(running).rejects.toThrow(reason);
  expect(await readFile(path, 'utf8')).toContain('alive');
});
