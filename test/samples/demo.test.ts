import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import type { DemoOptions } from '../../src/samples/demo.ts';
import { demoDeliveries } from '../../src/samples/demo.ts';
import { hashes, readRecords, scratch } from './helpers.ts';

async function deliver(options?: DemoOptions): Promise<string> {
  const directory = await scratch();
  for (const [step, { files }] of demoDeliveries(options).entries()) {
    for (const file of files) {
      await file.write(path.join(directory, String(step + 1), file.dataset, file.filename));
    }
  }
  return directory;
}

const read = (directory: string, file: string): Promise<string> =>
  readFile(path.join(directory, file), 'utf8');
const lines = async (directory: string, file: string): Promise<string[]> =>
  (await read(directory, file)).split('\n').slice(1, -1);

test('the steps come with about the plays asked for, the same each time', async () => {
  const [first, second] = [await deliver(), await deliver()];
  expect(await hashes(first)).toEqual(await hashes(second));
  const files = Object.keys(await hashes(first)).filter((file) => file.includes('streams'));
  const rows = await Promise.all(files.map(async (file) => (await lines(first, file)).length));
  const sum = rows.reduce((all, count) => all + count, 0);
  expect(sum).toBeGreaterThan(18_000);
  expect(sum).toBeLessThan(26_000);
  expect(demoDeliveries()).toHaveLength(4);
});

test('the resent file is the earlier one, byte for byte', async () => {
  const directory = await deliver({ plays: 1000 });
  expect(await read(directory, '2/streams/plays-2024-06-25-resent.csv')).toBe(
    await read(directory, '1/streams/plays-2024-06-25.csv'),
  );
});

test('the late file has old plays, some known already and some new', async () => {
  const directory = await deliver();
  const delivered = new Set(await lines(directory, '1/streams/plays-2024-06-24.csv'));
  const late = await lines(directory, '3/streams/late-phones.csv');
  const known = late.filter((line) => delivered.has(line)).length;
  expect(known / late.length).toBeGreaterThan(0.3);
  expect(known / late.length).toBeLessThan(0.6);
  expect(late.filter((line) => line.includes(',2024-06-24 ')).length / late.length).toBeGreaterThan(0.9);
});

test('one file must be rejected for its header alone', async () => {
  const directory = await deliver({ plays: 1000 });
  const [header, first] = await readRecords(path.join(directory, '3/streams/plays-2024-06-28.csv'));
  expect(header).toEqual(['User_ID', 'track_id', 'listen_time']);
  expect(first).toHaveLength(3);
});

test('plays of tracks that only the last catalogue knows stand in every day', async () => {
  const directory = await deliver({ plays: 2000 });
  const ids = async (file: string): Promise<Set<string>> =>
    new Set((await readRecords(path.join(directory, file))).slice(1).map((record) => record[1] ?? ''));
  const before = await ids('1/songs/songs.csv');
  const added = [...(await ids('4/songs/songs.csv'))].filter((id) => !before.has(id));
  expect(added).toHaveLength(3);
  for (const date of ['2024-06-24', '2024-06-25', '2024-06-26']) {
    const text = await read(directory, `1/streams/plays-${date}.csv`);
    expect(added.some((id) => text.includes(id))).toBe(true);
  }
});

test('fewer than 100 plays are refused', () => {
  expect(() => demoDeliveries({ plays: 99 })).toThrow(UsageError);
});
