import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { contracts } from '../../src/contracts/index.ts';
import { UsageError } from '../../src/errors.ts';
import { generateService } from '../../src/samples/generate.ts';
import { countBy, readRecords, readRows, scratch } from './helpers.ts';

test('files lie where the pipeline takes them, with exactly the rows asked for', async () => {
  const directory = await scratch();
  const { files } = await generateService({ directory, plays: 5001, days: 2, filesPerDay: 2, users: 77 });
  expect(files.map((file) => path.relative(directory, file.path).split(path.sep).join('/'))).toEqual([
    'raw/users/users.csv',
    'raw/songs/songs.csv',
    'raw/streams/plays-2024-06-24.csv',
    'raw/streams/plays-2024-06-24-2.csv',
    'raw/streams/plays-2024-06-25.csv',
    'raw/streams/plays-2024-06-25-2.csv',
  ]);
  const records = await Promise.all(files.map(async (file) => (await readRows(file.path)).length));
  expect(records).toEqual(files.map((file) => file.rows));
  expect(records[0]).toBe(77);
  expect(records.slice(2).reduce((all, rows) => all + rows, 0)).toBe(5001);
  const bytes = await Promise.all(files.map(async (file) => (await readFile(file.path)).length));
  expect(bytes).toEqual(files.map((file) => file.bytes));
});

test('headers carry every column of the contracts', async () => {
  const directory = await scratch();
  const { files } = await generateService({ directory, plays: 100, days: 1 });
  for (const { dataset, path: file } of files) {
    const [header = []] = await readRecords(file);
    expect(header).toEqual(expect.arrayContaining(contracts[dataset].columns.map((column) => column.name)));
  }
});

test('hundreds of thousands of plays: dates, hours, popularity and unknown tracks are believable', async () => {
  const directory = await scratch();
  const { files } = await generateService({ directory, plays: 300_000, days: 7, start: '2024-02-26' });
  const known = new Set(
    (await readRows(path.join(directory, 'raw/songs/songs.csv'))).map((row) => row['track_id']),
  );
  const users = new Set(
    (await readRows(path.join(directory, 'raw/users/users.csv'))).map((row) => row['user_id']),
  );
  const plays = files.filter((file) => file.dataset === 'streams');
  expect(plays).toHaveLength(7);
  const hits: string[] = [];
  for (const file of plays) {
    const lines = (await readFile(file.path, 'latin1')).split('\n').slice(1, -1);
    const date = path.basename(file.path).slice('plays-'.length, -'.csv'.length);
    const form = new RegExp(String.raw`^\d+,[0-7][0-9A-Za-z]{21},${date} ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$`);
    expect(lines.filter((line) => !form.test(line))).toEqual([]);
    expect(lines.filter((line) => !users.has(line.slice(0, line.indexOf(','))))).toEqual([]);

    const hours = countBy(lines, (line) => line.slice(-8, -6));
    expect((hours.get('20') ?? 0) / (hours.get('04') ?? 1)).toBeGreaterThan(5);

    const tracks = countBy(lines, (line) => line.slice(line.indexOf(',') + 1, -20));
    const unknown = lines.filter((line) => !known.has(line.slice(line.indexOf(',') + 1, -20)));
    expect(unknown.length / lines.length).toBeGreaterThan(0.001);
    expect(unknown.length / lines.length).toBeLessThan(0.02);
    const counts = [...tracks.values()].sort((a, b) => b - a);
    const top = counts.slice(0, counts.length / 10).reduce((all, count) => all + count, 0);
    expect(top / lines.length).toBeGreaterThan(0.4);
    expect(top / lines.length).toBeLessThan(0.95);
    const inOrder = [...tracks].sort(([, a], [, b]) => b - a);
    hits.push(
      inOrder
        .slice(0, 5)
        .map(([track]) => track)
        .join(),
    );
  }
  expect(plays[3]?.path).toContain('2024-02-29');
  expect(new Set(hits).size, 'charts move from day to day').toBeGreaterThan(3);
});

test('broken rows come in the share asked for, in all their kinds, and are counted', async () => {
  const directory = await scratch();
  const options = { directory, plays: 20_000, days: 2, badRate: 0.05, repeatRate: 0.02 };
  const { files } = await generateService(options);
  let bad = 0;
  let repeated = 0;
  const kinds = new Map<string, number>();
  for (const file of files.filter(({ dataset }) => dataset === 'streams')) {
    const records = (await readRecords(file.path)).slice(1);
    expect(records).toHaveLength(file.rows);
    const broken = records.filter((record) => kindOf(record) !== 'good');
    expect(broken).toHaveLength(file.badRows);
    for (const [kind, count] of countBy(broken, kindOf)) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
    const again = records.filter((record, index) => record.join() === records[index - 1]?.join());
    expect(again).toHaveLength(file.repeatedRows);
    bad += file.badRows;
    repeated += file.repeatedRows;
  }
  expect(bad / 20_000).toBeGreaterThan(0.04);
  expect(bad / 20_000).toBeLessThan(0.06);
  expect(repeated / 20_000).toBeGreaterThan(0.014);
  expect(repeated / 20_000).toBeLessThan(0.026);
  expect([...kinds.keys()].sort()).toEqual(['columns', 'future', 'impossible', 'n/a', 'no track', 'no user']);
  for (const count of kinds.values()) expect(count).toBeGreaterThan(50);
});

function kindOf(record: readonly string[]): string {
  const [user, track, time = ''] = record;
  if (record.length !== 3) return 'columns';
  if (user === '') return 'no user';
  if (track === '') return 'no track';
  if (time === 'n/a') return 'n/a';
  if (time >= '2090') return 'future';
  return /^2024-06-2[45] ([01]\d|2[0-3]):/.test(time) ? 'good' : 'impossible';
}

test('progress never goes back and ends at the plays asked for', async () => {
  const seen: number[] = [];
  await generateService({
    directory: await scratch(),
    plays: 40_000,
    days: 3,
    onProgress(done, total) {
      expect(total).toBe(40_000);
      seen.push(done.plays);
    },
  });
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(40_000);
});

test('an abort stops it with the reason, and leaves no unfinished file', async () => {
  const directory = await scratch();
  const controller = new AbortController();
  const reason = new Error('enough');
  const generating = generateService({
    directory,
    plays: 2_000_000,
    days: 1,
    users: 50,
    tracks: 40,
    signal: controller.signal,
    onProgress(done) {
      if (done.plays > 50_000) controller.abort(reason);
    },
  });
  await expect(generating).rejects.toBe(reason);
  expect(await readdir(path.join(directory, 'raw', 'streams'))).toEqual([]);
});

test.each([
  { plays: 0 },
  { plays: 1.5 },
  { days: 0 },
  { badRate: 1.1 },
  { repeatRate: Number.NaN },
  { start: '2024-02-30' },
  { start: '24-06-24' },
  { filesPerDay: 0 },
  { users: 3_000_000 },
])('options out of range are refused: %o', async (wrong) => {
  const generating = generateService({ directory: await scratch(), plays: 100, days: 1, ...wrong });
  await expect(generating).rejects.toBeInstanceOf(UsageError);
});
