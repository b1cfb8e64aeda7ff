import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { plays, songs, TestLake } from '../support/test-lake.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const PLAY = plays('u t 10:00:00');

/** True if this user may make devices here. */
function makeDevice(path: string): boolean {
  try {
    // /dev/zero: a program that read it would never end.
    execFileSync('mknod', [path, 'c', '1', '5'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('of links, pipes, devices, sockets and folders in raw nothing is read, and the others go through', async () => {
  const outside = await temporaryDirectory();
  await writeFile(join(outside, 'secret.csv'), plays('secret t 10:00:00'));
  const before = await stat(join(outside, 'secret.csv'), { bigint: true });
  const lake = await TestLake.open();
  const raw = (name: string): string => join(lake.directory, 'raw/streams', name);
  await lake.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('t pop') });
  await lake.drop({ dataset: 'streams', filename: 'good.csv', text: PLAY });
  await symlink(join(outside, 'secret.csv'), raw('outside.csv'));
  await symlink('good.csv', raw('inside.csv'));
  await symlink('nowhere.csv', raw('dangling.csv'));
  await symlink('loop.csv', raw('loop.csv'));
  await symlink(outside, raw('linked-folder'));
  await symlink('/dev/zero', raw('endless.csv'));
  await symlink('/proc/self/mem', raw('memory.csv'));
  await mkdir(raw('folder.csv'));
  await mkdir(raw('folder.csv.gz'));
  execFileSync('mkfifo', [raw('pipe.csv')]);
  const device = makeDevice(raw('device.csv'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(raw('socket.csv'), resolve));
  onTestFinished(() => void server.close());
  // Catalogue folders, too.
  await symlink(join(outside, 'secret.csv'), join(lake.directory, 'raw/songs/more.csv'));

  const report = await lake.run();

  expect(report.files).toMatchObject([{ filename: 'good.csv', status: 'success', valid: 1 }]);
  expect(report.catalogue).toMatchObject([{ filename: 'songs.csv', status: 'success' }]);
  expect(await lake.chart('daily_genre')).toMatchObject([{ listen_count: 1 }]);
  const left = [
    ...['dangling.csv', ...(device ? ['device.csv'] : []), 'endless.csv', 'folder.csv', 'folder.csv.gz'],
    ...['inside.csv', 'linked-folder', 'loop.csv', 'memory.csv', 'outside.csv', 'pipe.csv', 'socket.csv'],
  ];
  expect((await readdir(join(lake.directory, 'raw/streams'))).sort()).toEqual(left);
  expect(await readlink(raw('outside.csv'))).toBe(join(outside, 'secret.csv'));
  expect(await stat(join(outside, 'secret.csv'), { bigint: true })).toMatchObject({
    mtimeNs: before.mtimeNs,
    nlink: 1n,
  });
  expect(await readdir(outside)).toEqual(['secret.csv']);
  expect((await lake.run()).files).toEqual([]);
});

test('a raw folder that is a link is not followed', async () => {
  const outside = await temporaryDirectory();
  await writeFile(join(outside, 'secret.csv'), PLAY);
  const lake = await TestLake.open();
  await mkdir(join(lake.directory, 'raw'), { recursive: true });
  await symlink(outside, join(lake.directory, 'raw/streams'));
  expect((await lake.run()).files).toEqual([]);
  expect(await readFile(join(outside, 'secret.csv'), 'utf8')).toBe(PLAY);
});

test('a path of more than 1,024 bytes is left where it is and mentioned, and the others go through', async () => {
  const notices: string[] = [];
  const lake = await TestLake.open({}, (event) => {
    if (event.type === 'notice') notices.push(`${event.subject}: ${event.message}`);
  });
  const folders = (length: number): string => `${'f'.repeat(200)}/`.repeat(5) + `${'x'.repeat(length)}.csv`;
  // The key begins with raw/streams/.
  const [longest, tooLong] = [folders(1024 - 12 - 1005 - 4), folders(1025 - 12 - 1005 - 4)];
  await lake.drop({ dataset: 'streams', filename: longest, text: PLAY });
  await lake.drop({ dataset: 'streams', filename: tooLong, text: PLAY });
  await lake.drop({ dataset: 'streams', filename: 'z.csv', text: plays('v t 10:00:00') });
  const { files } = await lake.run();
  expect(files.map(({ filename, status }) => [filename, status])).toEqual([
    [longest, 'success'],
    ['z.csv', 'success'],
  ]);
  expect(notices.filter((notice) => notice.includes(tooLong))).toHaveLength(1);
  expect(await readFile(join(lake.directory, 'raw/streams', tooLong), 'utf8')).toBe(PLAY);
});
