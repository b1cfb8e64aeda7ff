import { mkdir, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { plays, songs, TestLake } from '../support/test-lake.ts';

/** A lake at this path takes a file with a bad row and publishes the good one. */
async function works(directory: string): Promise<void> {
  const lake = await TestLake.open({ lake: directory });
  const report = await lake.run(
    { dataset: 'songs', filename: 'songs.csv', text: songs('a pop') },
    { dataset: 'streams', filename: '1.csv', text: plays('u a 10:00:00', ' a 10:00:00') },
  );
  expect(report.files).toMatchObject([{ status: 'success', valid: 1, bad: 1 }]);
  expect(await lake.chart('daily_genre')).toMatchObject([{ genre: 'pop', listen_count: 1 }]);
}

test.each([
  'with spaces',
  "quote's",
  'brackets [a-z]',
  'star * and ?',
  'ünïcode 音楽',
  'hash # and % percent',
  '{braces}',
])('a lake works in a folder named %s', async (name) => {
  await works(join(await temporaryDirectory(), name));
});

test('a lake works through a symbolic link', async () => {
  const parent = await temporaryDirectory();
  await mkdir(join(parent, 'real'));
  await symlink(join(parent, 'real'), join(parent, 'link'));
  await works(join(parent, 'link'));
});

test('a lake works by a relative path and by a file URL', async () => {
  const parent = await temporaryDirectory();
  await works(relative(process.cwd(), join(parent, 'relative')));
  await works(`file://${join(parent, 'url')}`);
});
