import type * as FileSystem from 'node:fs/promises';
import { link, lstat, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { versionOf } from './suite.ts';

/**
 * After a power failure a file has its content, and a folder its names, only as they were when each was last
 * synced. No test can take the power away, but the order of the calls can be watched.
 */

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  return { ...real, link: vi.fn(real.link), open: vi.fn(real.open), rename: vi.fn(real.rename) };
});
const real = await vi.importActual<typeof FileSystem>('node:fs/promises');

let root: string;
let lake: LocalLake;
let contentsOnDisk: Set<number>;
/** Final names by the order in which they came up, and those whose folder was synced after that. */
let names: Map<string, 'made' | 'on disk'>;
let broken: string[];

const isFinal = (path: string): boolean => !path.slice(root.length).includes('.hitparade');

async function named(from: string, to: string, act: () => Promise<void>): Promise<void> {
  const stat = await lstat(from);
  await act();
  if (!isFinal(to) || stat.isDirectory()) return;
  if (!contentsOnDisk.has(stat.ino)) broken.push(`${to} has a name before its content is on disk`);
  names.set(to, 'made');
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hitparade-power-'));
  lake = await LocalLake.open(root);
  contentsOnDisk = new Set();
  names = new Map();
  broken = [];
  vi.mocked(open).mockImplementation(async (path, flags, mode) => {
    const file = await real.open(path, flags, mode);
    const sync = file.sync.bind(file);
    vi.spyOn(file, 'sync').mockImplementation(async () => {
      const stat = await file.stat();
      await sync();
      contentsOnDisk.add(stat.ino);
      for (const name of names.keys()) if (dirname(name) === path) names.set(name, 'on disk');
    });
    return file;
  });
  vi.mocked(link).mockImplementation((from, to) =>
    named(String(from), String(to), () => real.link(from, to)),
  );
  vi.mocked(rename).mockImplementation((from, to) =>
    named(String(from), String(to), () => real.rename(from, to)),
  );
});
afterEach(async () => {
  vi.mocked(open).mockReset().mockImplementation(real.open);
  vi.mocked(link).mockReset().mockImplementation(real.link);
  vi.mocked(rename).mockReset().mockImplementation(real.rename);
  await rm(root, { recursive: true, force: true });
});

const body = Buffer.from('content');

async function staged(): Promise<string> {
  const workspace = await lake.workspace('attempt-1');
  await real.writeFile(workspace.path('part'), body);
  return (await workspace.stage('part')).key;
}

/** As an uploader does it: nothing is synced. */
async function uploaded(): Promise<string> {
  await lake.put('raw/streams/other.csv', body);
  await real.writeFile(join(root, 'raw/streams/a.csv'), body);
  return 'raw/streams/a.csv';
}

const writes: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['putIfAbsent', () => lake.putIfAbsent('_log/1.json', body)],
  ['put', () => lake.put('_log/runs/one/a.json', body)],
  ['putIfMatch of a new object', () => lake.putIfMatch('processed/a/b', body, undefined)],
  [
    'putIfMatch of another version',
    async () => {
      await lake.putIfAbsent('processed/a/b', body);
      return lake.putIfMatch('processed/a/b', Buffer.from('new'), await versionOf(lake, 'processed/a/b'));
    },
  ],
  ['a copy of a staged object', async () => lake.copyIfAbsent(await staged(), 'validated/a/b')],
  ['a copy of a received file', async () => lake.copyIfAbsent(await uploaded(), 'archive/a/b')],
  [
    'a copy of another object',
    async () => {
      await lake.put('other/a', body);
      return lake.copyIfAbsent('other/a', 'archive/a/b');
    },
  ],
];

test.each(writes)(
  '%s: the content is on disk before the name, and the name before the answer',
  async (_, write) => {
    expect(await write()).not.toBe(false);
    expect(names.size).toBeGreaterThan(0);
    expect(broken).toEqual([]);
    expect([...names].filter(([, state]) => state === 'made')).toEqual([]);
  },
);

test('a folder is on disk in the folder above before anything in it is told to be there', async () => {
  const synced: string[] = [];
  const before = vi.mocked(open).getMockImplementation() ?? real.open;
  vi.mocked(open).mockImplementation(async (path, flags, mode) => {
    if (flags === 'r') synced.push(String(path));
    return before(path, flags, mode);
  });
  await lake.putIfAbsent('archive/streams/2026/11/a.csv', body);
  for (const folder of ['', 'archive', 'archive/streams', 'archive/streams/2026', 'archive/streams/2026/11'])
    expect(synced).toContain(join(root, folder));
});
