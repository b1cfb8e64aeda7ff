import { appendFileSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import { link, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  HardLinksUnsupportedError,
  LakeAccessError,
  LakeFullError,
  LakeIoError,
  ObjectChangedError,
} from '../../src/lake/errors.ts';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { keysOf, textOf, versionOf } from './suite.ts';

/** The file system fails in a way that no test can ask of a real one. */

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  return {
    ...real,
    link: vi.fn(real.link),
    mkdir: vi.fn(real.mkdir),
    open: vi.fn(real.open),
    rename: vi.fn(real.rename),
  };
});
const real = await vi.importActual<typeof FileSystem>('node:fs/promises');

const failure = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${code}: injected`), { code, syscall });

let root: string;
let lake: LocalLake;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hitparade-faults-'));
  lake = await LocalLake.open(root);
});
afterEach(async () => {
  vi.mocked(link).mockReset().mockImplementation(real.link);
  vi.mocked(mkdir).mockReset().mockImplementation(real.mkdir);
  vi.mocked(open).mockReset().mockImplementation(real.open);
  vi.mocked(rename).mockReset().mockImplementation(real.rename);
  await rm(root, { recursive: true, force: true });
});

const body = Buffer.from('x');
const scratch = (): Promise<string[]> => readdir(join(root, '.hitparade/tmp'));

describe('a zone on another file system than the scratch folder', () => {
  beforeEach(() => {
    const isFar = (from: string, to: string): boolean => from.includes('/tmp/') && !to.includes('/tmp/');
    const scratchOf = (path: unknown): string =>
      String(path).replace(root, '').replace('.hitparade/tmp', '/tmp/');
    vi.mocked(link).mockImplementation((from, to) =>
      isFar(scratchOf(from), scratchOf(to)) || String(from).includes('_staging')
        ? Promise.reject(failure('EXDEV', 'link'))
        : real.link(from, to),
    );
    vi.mocked(rename).mockImplementation((from, to) =>
      isFar(scratchOf(from), scratchOf(to))
        ? Promise.reject(failure('EXDEV', 'rename'))
        : real.rename(from, to),
    );
  });

  test('is written through a scratch file beside the target', async () => {
    expect(await lake.putIfAbsent('archive/a', body)).toBe(true);
    expect(await lake.putIfAbsent('archive/a', body)).toBe(false);
    await lake.put('archive/b', body);
    expect(await readdir(join(root, 'archive'))).toEqual(['a', 'b']);
    expect(await scratch()).toEqual([]);
  });

  test('gets real copies of staged files', async () => {
    await lake.put('_staging/attempt-1/part', body);
    expect(await lake.copyIfAbsent('_staging/attempt-1/part', 'validated/part')).toBe(true);
    expect(await lake.copyIfAbsent('_staging/attempt-1/part', 'validated/part')).toBe(false);
    expect(await textOf(lake, 'validated/part')).toBe('x');
  });
});

test('a file system without hard links is told as such', async () => {
  vi.mocked(link).mockRejectedValue(failure('EPERM', 'link'));
  await expect(lake.putIfAbsent('_log/1.json', body)).rejects.toThrow(HardLinksUnsupportedError);
  expect(await keysOf(lake, '')).toEqual([]);
  expect(await scratch()).toEqual([]);
});

test.each(['', '.hitparade'])(
  'a lake that has only %j and is mounted read-only is told as such',
  async (there) => {
    const bare = join(root, 'bare');
    await real.mkdir(join(bare, there), { recursive: true });
    vi.mocked(mkdir).mockImplementation((path, options) => {
      const recursive = typeof options === 'object' && options?.recursive === true;
      // As Linux and Node have it: what exists is said first, and `recursive` hides the reason.
      if (!existsSync(String(path))) return Promise.reject(failure(recursive ? 'ENOENT' : 'EROFS', 'mkdir'));
      return recursive ? Promise.resolve(undefined) : Promise.reject(failure('EEXIST', 'mkdir'));
    });
    const opening = LocalLake.open(bare);
    await expect(opening).rejects.toThrow(LakeAccessError);
    await expect(opening).rejects.toThrow('the file system is mounted read-only');
  },
);

test.each([
  ['writeFile', 'ENOSPC', LakeFullError],
  ['writeFile', 'EDQUOT', LakeFullError],
  ['sync', 'EIO', LakeIoError],
] as const)(
  '%s fails with %s: nothing stands under the name, and no scratch file stays',
  async (method, code, type) => {
    await lake.put('raw/a', body);
    vi.mocked(open).mockImplementation(async (path, flags, mode) => {
      const file = await real.open(path, flags, mode);
      if (flags === 'wx') vi.spyOn(file, method).mockRejectedValue(failure(code, 'write'));
      return file;
    });
    await expect(lake.putIfAbsent('raw/b', body)).rejects.toThrow(type);
    await expect(lake.put('raw/a', Buffer.from('other'))).rejects.toThrow(type);
    expect(await keysOf(lake, '')).toEqual(['raw/a']);
    expect(await textOf(lake, 'raw/a')).toBe('x');
    expect(await scratch()).toEqual([]);
  },
);

test('a folder that cannot be synced is an error, and the object can be read back', async () => {
  await lake.put('_log/0.json', body);
  vi.mocked(open).mockImplementation(async (path, flags, mode) => {
    const file = await real.open(path, flags, mode);
    if (flags === 'r') vi.spyOn(file, 'sync').mockRejectedValue(failure('EIO', 'fsync'));
    return file;
  });
  await expect(lake.putIfAbsent('_log/1.json', Buffer.from('mine'))).rejects.toThrow(LakeIoError);
  expect(await textOf(lake, '_log/1.json')).toBe('mine');
});

describe('a source that changes at the worst moment', () => {
  /** Lets another program act just before a source is opened for reading, or before it is first read. */
  const onOpen = (before: (path: string) => void, after: (path: string) => void): void => {
    vi.mocked(open).mockImplementation(async (path, flags, mode) => {
      if (typeof flags === 'string') return real.open(path, flags, mode);
      before(String(path));
      const file = await real.open(path, flags, mode);
      const read = file.read.bind(file) as (
        ...args: readonly unknown[]
      ) => ReturnType<FileSystem.FileHandle['read']>;
      vi.spyOn(file, 'read').mockImplementationOnce((...args: readonly unknown[]) => {
        after(String(path));
        return read(...args);
      });
      return file;
    });
  };
  const nothing = (): void => undefined;

  test('a link that takes the place of a file after the look is not followed', async () => {
    await lake.put('raw/a', body);
    await lake.put('raw/secret', Buffer.from('secret'));
    onOpen((path) => {
      rmSync(path);
      symlinkSync(join(root, 'raw/secret'), path);
    }, nothing);
    expect(await lake.get('raw/a')).toBeUndefined();
  });

  test('a copy of a file that changes meanwhile fails, and nothing appears', async () => {
    await lake.put('other/a', body);
    onOpen(nothing, (path) => {
      appendFileSync(path, 'more');
    });
    await expect(lake.copyIfAbsent('other/a', 'archive/a')).rejects.toThrow(ObjectChangedError);
    expect(await keysOf(lake, 'archive/')).toEqual([]);
    expect(await scratch()).toEqual([]);
  });
});

describe('a file that is swapped between the look and the move', () => {
  /** Lets another program act in the moment before the file goes to the trash. */
  const beforeTheMove = (act: () => Promise<void>): void => {
    vi.mocked(rename).mockImplementationOnce(async (from, to) => {
      await act();
      await real.rename(from, to);
    });
  };

  test('is put back', async () => {
    await lake.put('raw/a.csv', body);
    const version = await versionOf(lake, 'raw/a.csv');
    beforeTheMove(() => lake.put('raw/a.csv', Buffer.from('y')));
    vi.mocked(rename).mockImplementationOnce(real.rename);
    expect(await lake.deleteIfMatch('raw/a.csv', version)).toBe(false);
    expect(await textOf(lake, 'raw/a.csv')).toBe('y');
    expect(await keysOf(lake, '')).toEqual(['raw/a.csv']);
  });

  test('is put back beside a third one that took the name meanwhile', async () => {
    await lake.put('raw/a.csv', body);
    const version = await versionOf(lake, 'raw/a.csv');
    vi.mocked(rename).mockImplementationOnce(async (from, to) => {
      await lake.put('raw/a.csv', Buffer.from('second'));
      await real.rename(from, to);
      await lake.put('raw/a.csv', Buffer.from('third'));
    });
    expect(await lake.deleteIfMatch('raw/a.csv', version)).toBe(false);
    const [restored, ...rest] = await keysOf(lake, 'raw/a.');
    expect(rest).toEqual([expect.stringMatching(/^raw\/a\.restored-[0-9a-f]{8}\.csv$/)]);
    expect(await textOf(lake, restored ?? '')).toBe('third');
    expect(await textOf(lake, rest[0] ?? '')).toBe('second');
    expect(await readdir(join(root, '.hitparade/trash'))).toEqual([]);
  });

  test('is not missed if it is gone', async () => {
    await lake.put('raw/a.csv', body);
    const version = await versionOf(lake, 'raw/a.csv');
    beforeTheMove(() => real.rm(join(root, 'raw/a.csv')));
    expect(await lake.deleteIfMatch('raw/a.csv', version)).toBe(false);
    expect(await readdir(join(root, '.hitparade/trash'))).toEqual([]);
  });
});
