import { execFileSync } from 'node:child_process';
import {
  appendFile,
  link,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
  readdir,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  KeyTakenError,
  LakeIoError,
  LakeReplacedError,
  ObjectChangedError,
  ObjectMissingError,
  PutBackError,
} from '../../src/lake/errors.ts';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { keysOf, textOf, versionOf } from './suite.ts';

/** What only a lake in a directory can meet: other programs in the same file system. */

let base: string;
let root: string;
let lake: LocalLake;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'hitparade-local-'));
  root = join(base, 'lake');
  lake = await LocalLake.open(root);
});
afterEach(() => rm(base, { recursive: true, force: true }));

const body = Buffer.from('x');
const upload = async (key: string, text: string): Promise<void> => {
  await mkdir(join(root, key, '..'), { recursive: true });
  await writeFile(join(root, key), text);
};

describe('only regular files in real folders are objects', () => {
  test('links, pipes, sockets and scratch files are neither listed nor read', async () => {
    await upload('raw/streams/real.csv', 'x');
    await writeFile(join(base, 'secret'), 'secret');
    await symlink(join(base, 'secret'), join(root, 'raw/streams/link.csv'));
    await symlink('nowhere', join(root, 'raw/streams/dangling.csv'));
    await symlink('real.csv', join(root, 'raw/streams/inside.csv'));
    execFileSync('mkfifo', [join(root, 'raw/streams/pipe.csv')]);
    await mkdir(join(root, 'raw/streams/folder.csv'));
    await writeFile(join(root, 'raw/streams/.hitparade-scratch'), 'x');

    expect(await keysOf(lake, '')).toEqual(['raw/streams/real.csv']);
    for (const name of ['link', 'dangling', 'inside', 'pipe', 'folder']) {
      const key = `raw/streams/${name}.csv`;
      expect(await lake.head(key)).toBeUndefined();
      expect(await lake.get(key)).toBeUndefined();
      await expect(lake.open(key)).rejects.toThrow(ObjectMissingError);
      await expect(lake.copyIfAbsent(key, 'archive/a')).rejects.toThrow(ObjectMissingError);
      expect(await lake.deleteIfMatch(key, 'any')).toBe(false);
    }
  });

  test('a linked folder leads nowhere, for reading and for writing', async () => {
    await mkdir(join(base, 'outside'));
    await writeFile(join(base, 'outside/a'), 'secret');
    await symlink(join(base, 'outside'), join(root, 'raw'));

    expect(await keysOf(lake, '')).toEqual([]);
    expect(await keysOf(lake, 'raw/')).toEqual([]);
    expect(await lake.head('raw/a')).toBeUndefined();
    expect(await lake.get('raw/a')).toBeUndefined();
    await expect(lake.put('raw/b', body)).rejects.toThrow(KeyTakenError);
    await expect(lake.putIfAbsent('raw/b', body)).rejects.toThrow(KeyTakenError);
    expect(execFileSync('ls', [join(base, 'outside')]).toString()).toBe('a\n');
  });

  test('a name that is not UTF-8 is passed over, also beside its lossy spelling', async () => {
    await upload('raw/caf\uFFFD.csv', 'x');
    await writeFile(
      Buffer.concat([Buffer.from(join(root, 'raw/caf')), Buffer.from([0xe9]), Buffer.from('.csv')]),
      'y',
    );
    expect(await keysOf(lake, 'raw/')).toEqual(['raw/caf\uFFFD.csv']);
  });

  test('a folder or a link in the place of an object is told, not replaced', async () => {
    await mkdir(join(root, '_log/1.json'), { recursive: true });
    await expect(lake.putIfAbsent('_log/1.json', body)).rejects.toThrow(KeyTakenError);
    await expect(lake.put('_log/1.json', body)).rejects.toThrow(KeyTakenError);
    await symlink('nowhere', join(root, '_log/2.json'));
    await expect(lake.putIfAbsent('_log/2.json', body)).rejects.toThrow(KeyTakenError);
    await expect(lake.putIfAbsent('_log/1.json/a/b', body)).resolves.toBe(true);
    await upload('raw/a', 'x');
    await expect(lake.put('raw/a/b', body)).rejects.toThrow(KeyTakenError);
  });

  test('the root may be a link', async () => {
    await symlink(root, join(base, 'alias'));
    const alias = await LocalLake.open(join(base, 'alias'));
    await alias.put('raw/a', body);
    expect(await keysOf(lake, '')).toEqual(['raw/a']);
    expect(alias.url).toBe(lake.url);
  });
});

test('a file that was replaced and is put back is told, and can be replaced when it was touched', async () => {
  const key = 'processed/a';
  await lake.putIfMatch(key, Buffer.from('one'), undefined);
  // As backups that share their files with what they keep.
  await link(join(root, key), join(base, 'backup'));
  await lake.putIfMatch(key, Buffer.from('two'), await versionOf(lake, key));
  await rename(join(base, 'backup'), join(root, key));

  const replace = async () => lake.putIfMatch(key, Buffer.from('three'), await versionOf(lake, key));
  await expect(replace()).rejects.toThrow(PutBackError);
  await utimes(join(root, key), new Date(), new Date());
  expect(await replace()).toBeDefined();
});

describe('a file that changes while it is read', () => {
  test.each([
    ['grows', () => appendFile(join(root, 'raw/a'), 'more')],
    ['is rewritten in place', () => writeFile(join(root, 'raw/a'), 'other')],
    [
      'is swapped by a rename that keeps size and time',
      async () => {
        const { atime, mtime } = await stat(join(root, 'raw/a'));
        await writeFile(join(root, 'other'), 'twins');
        await utimes(join(root, 'other'), atime, mtime);
        await rename(join(root, 'other'), join(root, 'raw/a'));
      },
    ],
  ])('is noticed when it %s', async (_how, change) => {
    await upload('raw/a', 'bytes');
    const opened = await lake.open('raw/a');
    await change();
    await opened.stream.toArray();
    await expect(opened.assertUnchanged()).rejects.toThrow(ObjectChangedError);
  });
});

describe('deleteIfMatch and what a dead process leaves', () => {
  const trash = (name: string): string => join(root, '.hitparade/trash', name);
  const note = (key: string, version: string): Promise<void> =>
    writeFile(trash('1a2b3c4d-0.json'), JSON.stringify({ key, version }));

  test('killed before the file moved: it stays', async () => {
    await upload('raw/a.csv', 'old');
    await note('raw/a.csv', await versionOf(lake, 'raw/a.csv'));
    await LocalLake.open(root);
    expect(await textOf(lake, 'raw/a.csv')).toBe('old');
  });

  test('killed after the right file moved: it is deleted', async () => {
    await upload('raw/a.csv', 'old');
    await note('raw/a.csv', await versionOf(lake, 'raw/a.csv'));
    await rename(join(root, 'raw/a.csv'), trash('1a2b3c4d-0'));
    await LocalLake.open(root);
    expect(await keysOf(lake, '')).toEqual([]);
    expect(execFileSync('ls', [trash('')]).toString()).toBe('');
  });

  test('killed after another file moved: it comes back', async () => {
    await upload('raw/a.csv', 'old');
    const version = await versionOf(lake, 'raw/a.csv');
    await upload('raw/a.csv', 'newer');
    await note('raw/a.csv', version);
    await rename(join(root, 'raw/a.csv'), trash('1a2b3c4d-0'));
    await LocalLake.open(root);
    expect(await textOf(lake, 'raw/a.csv')).toBe('newer');
    expect(execFileSync('ls', [trash('')]).toString()).toBe('');
  });

  test('killed after it came back: it does not come back twice', async () => {
    await upload('raw/a.csv', 'newer');
    await note('raw/a.csv', '0-0-0-0');
    execFileSync('ln', [join(root, 'raw/a.csv'), trash('1a2b3c4d-0')]);
    await LocalLake.open(root);
    expect(await keysOf(lake, '')).toEqual(['raw/a.csv']);
  });

  test('if the name was taken again, both files stay', async () => {
    await upload('raw/a.csv.gz', 'newer');
    await note('raw/a.csv.gz', '0-0-0-0');
    await rename(join(root, 'raw/a.csv.gz'), trash('1a2b3c4d-0'));
    await upload('raw/a.csv.gz', 'newest');
    await LocalLake.open(root);
    expect(await textOf(lake, 'raw/a.csv.gz')).toBe('newest');
    expect(await textOf(lake, 'raw/a.restored-1a2b3c4d.csv.gz')).toBe('newer');
  });
});

test('scratch files of dead writers go after three days, and no sooner', async () => {
  const scratch = join(root, '.hitparade/tmp');
  await writeFile(join(scratch, 'old'), 'x');
  await writeFile(join(scratch, 'young'), 'x');
  const fourDaysAgo = new Date(Date.now() - 4 * 24 * 60 * 60 * 1000);
  await utimes(join(scratch, 'old'), fourDaysAgo, fourDaysAgo);
  await LocalLake.open(root);
  await expect(readFile(join(scratch, 'old'))).rejects.toThrow('ENOENT');
  expect(await readFile(join(scratch, 'young'), 'utf8')).toBe('x');
});

test('versions that were replaced are forgotten after three days, and no sooner', async () => {
  const swaps = join(root, '.hitparade/swaps');
  const first = await lake.putIfMatch('processed/a', Buffer.from('one'), undefined);
  await lake.putIfMatch('processed/a', Buffer.from('two'), first?.version);
  const [followed = ''] = await readdir(swaps);
  for (const [days, left] of [
    [2.9, 2],
    [3.1, 1],
  ] as const) {
    const then = new Date(Date.now() - days * 86_400_000);
    await utimes(join(swaps, followed), then, then);
    const again = await LocalLake.open(root);
    await again.putIfMatch('processed/a', Buffer.from(`${days}`), (await again.head('processed/a'))?.version);
    expect((await readdir(swaps)).includes(followed)).toBe(days < 3);
    expect((await readdir(swaps)).length).toBeGreaterThanOrEqual(left);
  }
});

test('two names of one file have one content, also when it is written to', async () => {
  await lake.put('raw/a', body);
  await lake.copyIfAbsent('raw/a', 'archive/a');
  const contents = () =>
    Promise.all(['raw/a', 'archive/a'].map(async (key) => (await lake.head(key))?.content));
  const [before] = await contents();
  expect(await contents()).toEqual([before, before]);
  await appendFile(join(root, 'raw/a'), 'late');
  const [after] = await contents();
  expect(after).not.toBe(before);
  expect(await contents()).toEqual([after, after]);
});

test('nothing is ever written beside the lake', async () => {
  await lake.put('raw/%2e%2e/a', body);
  await lake.copyIfAbsent('raw/%2e%2e/a', 'raw/..\\..\\b');
  await (await lake.workspace('attempt-1')).dispose();
  expect(execFileSync('ls', ['-A', base]).toString()).toBe('lake\n');
});

describe('a lake whose directory is replaced by another one', () => {
  test('is not begun anew there once it has a log', async () => {
    await lake.putIfAbsent('_log/000000000001.json', body);
    const opened = await LocalLake.open(root);
    await rename(root, `${root}-away`);
    await mkdir(root);
    for (const key of ['_log/000000000002.json', 'validated/a', '_staging/publish.lock'])
      await expect(opened.putIfAbsent(key, body)).rejects.toThrow(LakeReplacedError);
    await expect(opened.tidy()).rejects.toThrow(LakeReplacedError);
    await expect(opened.workspace('attempt')).rejects.toThrow(LakeReplacedError);
    expect(await readdir(root)).toEqual([]);
    await rm(root, { recursive: true });
    await rename(`${root}-away`, root);
    expect(await opened.putIfAbsent('_log/000000000002.json', body)).toBeTruthy();
  });

  test('stays empty, however many begin something in it at once', async () => {
    await lake.putIfAbsent('_log/000000000001.json', body);
    const opened = await LocalLake.open(root);
    await rename(root, `${root}-away`);
    await mkdir(root);
    const begun = Array.from({ length: 8 }, (_, index) => opened.workspace(`attempt-${index}`));
    for (const outcome of await Promise.allSettled(begun))
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(LakeReplacedError) as unknown });
    expect(await readdir(root)).toEqual([]);
  });

  test('is taken for the same if the other one has the log, as after another mount', async () => {
    await lake.putIfAbsent('_log/000000000001.json', body);
    const opened = await LocalLake.open(root);
    await rename(root, `${root}-away`);
    await mkdir(join(root, '_log'), { recursive: true });
    expect(await opened.putIfAbsent('validated/a', body)).toBeTruthy();
  });
});

test('where a workspace has vanished, no path is made anew', async () => {
  const workspace = await lake.workspace('attempt-1');
  expect(workspace.path('segments/0.csv')).toBe(join(root, '_staging/attempt-1/segments/0.csv'));
  await rm(join(root, '_staging'), { recursive: true });
  expect(() => workspace.path('parts/0.csv')).toThrow(LakeIoError);
  expect(await readdir(root)).not.toContain('_staging');
});
