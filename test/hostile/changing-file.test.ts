import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TestLake } from '../support/test-lake.ts';

const ROWS = 30_000;

function content(version: number): string {
  // The number of rows and the length of each tell which version a row belongs to.
  const row = `user-${String(version).padStart(6, '0')},t,2024-06-25 10:00:00\n`;
  return `user_id,track_id,listen_time\n${row.repeat(ROWS + version)}`;
}

test('a file that is replaced again and again while it is read is taken as one version of it, never as a mix', async () => {
  const rowsOf = new Map<string, number>();
  const notices: string[] = [];
  let version = 0;
  let swapsWhileRead = 4;
  const swap = (): void => {
    version += 1;
    const text = content(version);
    rowsOf.set(createHash('sha256').update(text).digest('hex'), ROWS + version);
    const aside = join(lake.directory, '.next');
    writeFileSync(aside, text);
    renameSync(aside, join(lake.directory, 'raw/streams/live.csv'));
  };
  const lake = await TestLake.open({}, (event) => {
    if (event.type === 'notice') notices.push(event.message);
    // The first MiB has been read, and the rest has not.
    if (event.type === 'progress' && swapsWhileRead-- > 0) swap();
  });
  await lake.drop({ dataset: 'streams', filename: 'live.csv', text: content(0) });

  await lake.run();
  await lake.run();
  expect(notices.filter((notice) => notice.includes('changed while it was read'))).toHaveLength(2);
  expect(await lake.hitparade.files('live.csv')).toEqual([]);

  // From here on at any time: while it is validated, committed or archived.
  const writer = setInterval(swap, 100);
  onTestFinished(() => {
    clearInterval(writer);
  });
  for (let runs = 0; runs < 3; runs++) await lake.run();
  clearInterval(writer);
  swap();
  await lake.run();
  const taken = await lake.hitparade.files('live.csv');
  // The last one is there for good, so it was taken.
  expect(taken[0]).toMatchObject({ status: 'success', rows: ROWS + version });
  for (const { hash, rows, valid, bad } of taken) {
    expect(rows).toBe(rowsOf.get(hash ?? ''));
    expect([valid, bad]).toEqual([rows, 0]);
  }
});
