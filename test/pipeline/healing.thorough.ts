import { existsSync } from 'node:fs';
import { open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HitparadeError } from '../../src/errors.ts';
import { logEntrySchema, type AcceptedEntry } from '../../src/lake/entry.ts';
import { logKey } from '../../src/lake/zones.ts';
import { follow } from '../support/follow-remedy.ts';
import { plays, songs, TestLake, type Drop } from '../support/test-lake.ts';

const catalogue: Drop = { dataset: 'songs', filename: 'songs.csv', text: songs('a pop', 'b rock') };
/** Entry 2: two dates, a bad row. */
const first: Drop = {
  dataset: 'streams',
  filename: '1.csv',
  text: plays('u a 10:00:00', 'u b 2024-06-26 10:00:00', ' b 11:00:00'),
};
/** Entry 3: makes both dates, and a third, behind. */
const later: Drop = {
  dataset: 'streams',
  filename: '2.csv',
  text: plays('v a 10:00:00', 'v a 2024-06-26 12:00:00', 'v b 2024-06-27 10:00:00'),
};

async function charts(lake: TestLake): Promise<unknown> {
  return [await lake.chart('daily_genre'), await lake.chart('top_songs'), await lake.chart('top_genres')];
}

async function expected(...drops: readonly Drop[]): Promise<unknown> {
  const lake = await TestLake.open();
  await lake.run(...drops);
  return charts(lake);
}

async function entry(lake: TestLake, n: number): Promise<AcceptedEntry> {
  const found = logEntrySchema.parse(JSON.parse(await readFile(join(lake.directory, logKey(n)), 'utf8')));
  if (found.kind !== 'accepted') throw new Error(`entry ${n} is ${found.kind}`);
  return found;
}

async function pathOfPart(lake: TestLake, n: number, date: string): Promise<string> {
  const key = (await entry(lake, n)).parts.find((part) => part.date === date)?.key ?? '';
  return join(lake.directory, key);
}

async function failure(promise: Promise<unknown>): Promise<HitparadeError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HitparadeError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const damages: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ['is gone', (path) => rm(path)],
  ['is cut', (path) => truncate(path, 100)],
  [
    'cannot be read any more',
    async (path) => {
      const file = await open(path, 'r+');
      const { size } = await file.stat();
      await file.write(Buffer.from('XXXX'), 0, 4, size - 4);
      await file.close();
    },
  ],
];

test.each(damages)(
  'when a part %s its date is left behind, the others are published, and the remedy brings it back',
  async (_, damage) => {
    const lake = await TestLake.open();
    await lake.run(catalogue, first);
    await damage(await pathOfPart(lake, 2, '2024-06-25'));
    const error = await failure(lake.run(later));
    expect(error.message).toContain(
      '2024-06-25 is not computed: validated/streams/date=2024-06-25/1-2.parquet',
    );
    expect(error.kind).toBe('unexpected');
    expect(await lake.hitparade.publishedDates()).toContain('2024-06-27');
    const top = await lake.hitparade.chart('daily_genre', { from: '2024-06-26', to: '2024-06-26' });
    expect(top).toHaveLength(2);
    expect(await lake.hitparade.status()).toMatchObject({ dates: { behind: 1 } });
    // The file is not done, and neither is it lost.
    expect(existsSync(join(lake.directory, 'raw/streams/2.csv'))).toBe(true);

    await follow(lake.directory, error.hint ?? '');
    expect(await charts(lake)).toEqual(await expected(catalogue, first, later));
    expect(await entry(lake, 4)).toMatchObject({ filename: '1.csv', supersedes: [2] });
    expect(await lake.hitparade.status()).toMatchObject({ dates: { behind: 0 }, files: { success: 2 } });
    expect((await lake.run()).dates).toEqual([]);
  },
);

test('bad records that are gone come back when the file is dropped again', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, first);
  const before = await charts(lake);
  const { badRecords, archive } = await entry(lake, 2);
  for (const { key } of badRecords) await rm(join(lake.directory, key));
  await follow(lake.directory, `\`cp -p ${archive ?? ''} raw/streams/1.csv\` and \`hitparade run\``);
  const found = [];
  for await (const record of lake.hitparade.badRecords()) found.push(record.raw);
  expect(found).toEqual([',b,2024-06-25 11:00:00']);
  expect(await charts(lake)).toEqual(before);
});

test('a file that is whole and dropped again is taken, not judged again', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, first);
  const { files } = await lake.run(first);
  expect(files).toMatchObject([{ status: 'duplicate', log_number: 2 }]);
});

test.each(['append', 'replace', 'reject'] as const)(
  'with on-same-name %s too, the same bytes stand for the same delivery',
  async (onSameName) => {
    const lake = await TestLake.open({ onSameName });
    await lake.run(catalogue, first);
    await rm(await pathOfPart(lake, 2, '2024-06-26'));
    const { files } = await lake.run(first);
    expect(files).toMatchObject([{ status: 'success', log_number: 3 }]);
    expect(await charts(lake)).toEqual(await expected(catalogue, first));
  },
);

test('a catalogue part that is gone is made again by the next run, without anybody', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, first);
  await rm(join(lake.directory, 'validated/songs'), { recursive: true });
  const { catalogue: taken } = await lake.run(later);
  expect(taken).toMatchObject([{ filename: 'songs.csv', log_number: 3 }]);
  expect(await charts(lake)).toEqual(await expected(catalogue, first, later));
});

test('what counts for two names is made again under either, and counts for both', async () => {
  for (const again of ['1.csv', 'twin.csv']) {
    const lake = await TestLake.open({ onSameName: 'replace' });
    await lake.run(catalogue, first, { ...first, filename: 'twin.csv' });
    const before = await charts(lake);
    await rm(await pathOfPart(lake, 2, '2024-06-25'));
    await lake.run({ ...first, filename: again });
    expect(await charts(lake)).toEqual(before);
    // Each name alone keeps the plays.
    await lake.run({ ...first, filename: again, text: plays('w a 2024-07-01 10:00:00') });
    expect((await lake.chart('daily_genre')).filter(({ date }) => date !== '2024-07-01')).toEqual(
      (before as readonly unknown[])[0],
    );
  }
});

test('a part that was lost before its file was archived is made from the file in raw', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, first);
  await rm(await pathOfPart(lake, 2, '2024-06-25'));
  await failure(lake.run(later));
  // Entry 3 is committed, and its file still lies in raw.
  await rm(await pathOfPart(lake, 3, '2024-06-26'));
  await writeFile(join(lake.directory, 'raw/streams/1.csv'), first.text);
  await lake.run();
  expect(await charts(lake)).toEqual(await expected(catalogue, first, later));
});
