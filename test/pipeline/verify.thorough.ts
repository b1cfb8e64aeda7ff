import {
  DeleteItemCommand,
  DeleteTableCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { follow } from '../support/follow-remedy.ts';
import { TestLake } from '../support/test-lake.ts';
import {
  chartsOf,
  flip,
  found,
  historyLake,
  inLake,
  inTables,
  objectsOf,
  verified,
} from '../support/verified-lake.ts';

const FLIPS = Number(process.env['HITPARADE_PROPERTY_RUNS'] ?? 12);
const SEED = process.env['HITPARADE_PROPERTY_RUNS'] === undefined ? { seed: 20240625 } : {};

/** Of the log the first, middle and last entry; of everything else one in each folder and format. */
function oneOfEachKind(keys: readonly string[]): readonly string[] {
  const entries = keys.filter((key) => /^_log\/\d/.test(key));
  const kinds = new Map(
    keys
      .filter((key) => !entries.includes(key))
      .map((key) => [key.replace(/[^/]*(\.\w+)$/, '$1').replaceAll(/\d/g, ''), key]),
  );
  return [...[0, 3, 7].flatMap((index) => entries[index] ?? []), ...kinds.values()];
}

/** The subject of what tells of an object: its key, or its date. */
const subjectOf = (key: string): string => /_publications\/(.*)\.json$/.exec(key)?.[1] ?? key;

test('a flipped byte, a deletion and an addition are found in every kind of object, and named', async () => {
  const directory = await historyLake();
  const keys = oneOfEachKind(await objectsOf(directory));
  await inLake(directory, async (hitparade) => {
    const wrong: string[] = [];
    for (const key of keys) {
      const path = join(directory, key);
      const undo = await flip(path, Math.floor((await stat(path)).size / 2), 1);
      const report = await hitparade.verify();
      if (report.ok || !found(report).some(({ subject }) => subject === subjectOf(key)))
        wrong.push(`flip ${key}`);
      await undo();

      // What a run did is told to people, and to nobody else.
      if (key.startsWith('_log/runs/')) continue;
      await rename(path, `${directory}/aside`);
      if (!found(await hitparade.verify()).some(({ subject }) => subject === subjectOf(key)))
        wrong.push(`delete ${key}`);
      await rename(`${directory}/aside`, path);
    }
    for (const folder of new Set(keys.map(dirname))) {
      const key = `${folder}/extra.json`;
      await writeFile(join(directory, key), '{}');
      if (!(await hitparade.verify()).problems.some(({ subject }) => subject === key))
        wrong.push(`add ${key}`);
      await rm(join(directory, key));
    }
    expect(wrong).toEqual([]);
    expect(await hitparade.verify()).toMatchObject({ ok: true });
  });
}, 300_000);

test(`whichever byte of a lake is changed, it is found (${FLIPS} of them)`, async () => {
  const directory = await historyLake();
  const keys = await objectsOf(directory);
  await inLake(directory, (hitparade) =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...keys),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (key, place, mask) => {
          const path = join(directory, key);
          const undo = await flip(path, Math.floor((await stat(path)).size * place), mask);
          const { ok } = await hitparade.verify();
          await undo();
          expect({ key, ok }).toEqual({ key, ok: false });
        },
      ),
      { numRuns: FLIPS, ...SEED },
    ),
  );
}, 600_000);

/** Damage that a person can mend with what the lake still has. */
const MENDABLE: readonly (readonly [string, RegExp, (path: string) => Promise<unknown>])[] = [
  ['a part with a flipped byte', /date=2024-06-26\/1-3\.parquet$/, (path) => flip(path, 60, 4)],
  ['a part that is gone', /date=2024-06-25\/1-3\.parquet$/, (path) => rm(path)],
  [
    'a catalogue part with a flipped byte',
    /validated\/songs\/songs-8\.parquet$/,
    (path) => flip(path, 60, 4),
  ],
  ['a catalogue part that is gone', /validated\/users\/.*\.parquet$/, (path) => rm(path)],
  ['bad records with a flipped byte', /bad-records\/.*\.jsonl$/, (path) => flip(path, 60, 4)],
  ['bad records that are gone', /bad-records\/.*\.parquet$/, (path) => rm(path)],
  ['a superseded part with a flipped byte', /date=2024-06-25\/2-4\.parquet$/, (path) => flip(path, 60, 4)],
  ['a publication with a flipped byte', /_publications\/2024-06-25/, (path) => flip(path, 60, 4)],
  ['a publication that is gone', /_publications\/2024-06-26/, (path) => rm(path)],
  ['a KPI file with a flipped byte', /top_songs\/date=2024-06-25/, (path) => flip(path, 60, 4)],
  ['a KPI file that is gone', /avg_metrics\/date=2024-06-27/, (path) => rm(path)],
  ['reasons with a flipped byte', /reasons\.json$/, (path) => flip(path, 20, 4)],
  ['reasons that are gone', /reasons\.json$/, (path) => rm(path)],
  ['a checkpoint with a flipped byte', /checkpoint/, (path) => flip(path, 20, 4)],
  ['a summary of a run with a flipped byte', /_log\/runs/, (path) => flip(path, 20, 4)],
  [
    'an object that nobody named',
    /date=2024-06-25\/1-3\.parquet$/,
    async (path) => writeFile(path.replace('1-3', "it's 1-9"), ''),
  ],
];

test.each(MENDABLE)('what the remedy says mends %s', async (_, pattern, damage) => {
  const directory = await historyLake();
  const before = await inLake(directory, chartsOf);
  const [key = ''] = (await objectsOf(directory)).filter((candidate) => pattern.test(candidate));
  await damage(join(directory, key));
  const report = await verified(directory);
  expect(report.ok).toBe(false);
  for (const { remedy } of report.problems) await follow(directory, remedy);
  expect((await verified(directory)).problems).toEqual([]);
  expect(await inLake(directory, chartsOf)).toEqual(before);
});

const DATE = { date: { S: '2024-06-25' } };
const TABLES: readonly (readonly [
  string,
  string,
  string,
  PutItemCommand | DeleteItemCommand | UpdateItemCommand | DeleteTableCommand,
])[] = [
  [
    'a wrong number',
    'item_wrong',
    'DailyGenreKPIs',
    new UpdateItemCommand({
      TableName: 'DailyGenreKPIs',
      Key: { ...DATE, genre: { S: 'pop' } },
      UpdateExpression: 'SET listen_count = listen_count + :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    }),
  ],
  [
    'an item that is gone',
    'item_wrong',
    'TopSongsPerGenre',
    new DeleteItemCommand({ TableName: 'TopSongsPerGenre', Key: { ...DATE, genre: { S: 'pop#1' } } }),
  ],
  [
    'an item too many',
    'item_wrong',
    'TopSongsPerGenre',
    new PutItemCommand({ TableName: 'TopSongsPerGenre', Item: { ...DATE, genre: { S: 'punk#1' } } }),
  ],
  [
    'an item of a date that nobody knows',
    'items_extra',
    'DailyGenreKPIs',
    new PutItemCommand({
      TableName: 'DailyGenreKPIs',
      Item: { date: { S: '2031-01-01' }, genre: { S: 'pop' } },
    }),
  ],
  [
    'a marker that is gone',
    'marker_missing',
    '2024-06-25',
    new DeleteItemCommand({ TableName: 'PublishedDates', Key: DATE }),
  ],
  [
    'a marker with another digest',
    'marker_wrong',
    '2024-06-25',
    new UpdateItemCommand({
      TableName: 'PublishedDates',
      Key: DATE,
      UpdateExpression: 'SET digest = :x',
      ExpressionAttributeValues: { ':x': { S: 'x' } },
    }),
  ],
  [
    'a marker of another lake',
    'marker_wrong',
    '2024-06-25',
    new UpdateItemCommand({
      TableName: 'PublishedDates',
      Key: DATE,
      UpdateExpression: 'SET lake = :x',
      ExpressionAttributeValues: { ':x': { S: 'x' } },
    }),
  ],
  [
    'a ledger item with a wrong number',
    'ledger_item_wrong',
    '1.csv',
    new UpdateItemCommand({
      TableName: 'ProcessedStreams',
      Key: { filename: { S: '1.csv' } },
      UpdateExpression: 'SET bad = :x',
      ExpressionAttributeValues: { ':x': { N: '7' } },
    }),
  ],
  [
    'a ledger item that is gone',
    'ledger_item_missing',
    'twin.csv',
    new DeleteItemCommand({ TableName: 'ProcessedStreams', Key: { filename: { S: 'twin.csv' } } }),
  ],
  [
    'a ledger item too many',
    'ledger_item_extra',
    'nobody.csv',
    new PutItemCommand({
      TableName: 'ProcessedStreams',
      Item: { filename: { S: 'nobody.csv' }, status: { S: 'success' }, epoch: { N: '1' } },
    }),
  ],
  [
    'a table that is gone',
    'table_missing',
    'TopGenresPerDay',
    new DeleteTableCommand({ TableName: 'TopGenresPerDay' }),
  ],
];

test.each(TABLES)(
  '%s in the tables is found, and mended by what the remedy says',
  async (_, kind, subject, change) => {
    const directory = await historyLake();
    const before = await inLake(directory, chartsOf);
    const report = await inLake(directory, async (hitparade) => {
      await inTables(hitparade, async (client) => {
        if (change instanceof UpdateItemCommand) await client.send(change);
        else if (change instanceof PutItemCommand) await client.send(change);
        else if (change instanceof DeleteItemCommand) await client.send(change);
        else await client.send(change);
      });
      return hitparade.verify();
    });
    expect(report.problems).toMatchObject([{ kind, subject }]);
    await follow(directory, report.problems[0]?.remedy ?? '');
    expect((await verified(directory)).problems).toEqual([]);
    expect(await inLake(directory, chartsOf)).toEqual(before);
  },
);

test('beside a run that takes and publishes files, a verification finds no fault', async () => {
  const directory = await historyLake();
  await inLake(directory, async (hitparade) => {
    const lake = await TestLake.open({ lake: directory });
    for (let i = 0; i < 12; i++) {
      const text = `user_id,track_id,listen_time\nz${i},a,2024-06-2${i % 7} 10:00:00\n`;
      await lake.drop({ dataset: 'streams', filename: `more-${i}.csv`, text });
    }
    const run = { over: false };
    const running = lake.hitparade.run().finally(() => (run.over = true));
    let looks = 0;
    for (; !run.over; looks++) expect((await hitparade.verify()).problems).toEqual([]);
    await running;
    expect(looks).toBeGreaterThan(0);
    expect(await hitparade.verify()).toMatchObject({ ok: true, log_entries: 20 });
  });
});
