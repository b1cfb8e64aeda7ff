import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { Session } from '../../src/pipeline/session.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { withDefaults } from '../../src/pipeline/config.ts';
import { kpis } from '../../src/kpis/index.ts';
import { PUBLISHED_DATES_TABLE } from '../../src/tables/definition.ts';
import { syncItems } from '../../src/tables/sync-items.ts';
import { plays, songs, TestLake } from '../support/test-lake.ts';

const DATE = '2024-06-25';

test('a date whose items were left half replaced is read from the lake, in the same order', async () => {
  const lake = await TestLake.open();
  const genres = ['ro', 'ro#ck', 'été', 'pop', 'Pop', '😀'];
  await lake.run(
    { dataset: 'songs', filename: 'songs.csv', text: songs(...genres.map((genre, i) => `t${i} ${genre}`)) },
    { dataset: 'streams', filename: '1.csv', text: plays(...genres.map((_, i) => `u t${i} 10:00:00`)) },
  );
  const whole = await Promise.all(kpis.map(({ name }) => lake.chart(name)));
  expect(whole[0]).toHaveLength(genres.length);

  // A publisher that begins, writes some items, and dies.
  const session = new Session(withDefaults({ lake: lake.directory }), systemPorts, () => undefined);
  const { tables, published } = await session.tables();
  const marker = (await published.list()).get(DATE);
  expect(await published.begin(DATE, { lake: marker?.lake ?? '', version: 2 }, 'writer')).toBe(true);
  const fence = { date: DATE, writer: 'writer', uniqueId: systemPorts.uniqueId };
  for (const { table } of kpis) await syncItems(tables, table, fence, []);
  await session.close();

  expect(await Promise.all(kpis.map(({ name }) => lake.chart(name)))).toEqual(whole);
});

test('a date whose marker changes while it is read is read from the lake', async () => {
  const lake = await TestLake.open();
  await lake.run(
    { dataset: 'songs', filename: 'songs.csv', text: songs('a pop') },
    { dataset: 'streams', filename: '1.csv', text: plays('u a 10:00:00') },
  );
  const session = new Session(withDefaults({ lake: lake.directory }), systemPorts, () => undefined);
  const { tables } = await session.tables();
  await tables.client.send(
    new UpdateItemCommand({
      TableName: tables.nameOf(PUBLISHED_DATES_TABLE),
      Key: { date: { S: DATE } },
      UpdateExpression: 'REMOVE digest',
    }),
  );
  await session.close();
  expect(await lake.chart('daily_genre')).toMatchObject([{ genre: 'pop', listen_count: 1 }]);
});

test('a date whose newer charts are not in the tables yet keeps the charts that it has', async () => {
  const lake = await TestLake.open();
  await lake.run(
    { dataset: 'songs', filename: 'songs.csv', text: songs('a pop') },
    { dataset: 'streams', filename: '1.csv', text: plays('u a 10:00:00') },
  );
  await lake.drop({ dataset: 'streams', filename: '2.csv', text: plays('v a 10:00:00') });
  for (const stage of ['check_if_processed', 'validate_streams', 'transform_data'] as const)
    await lake.hitparade.stage(stage, { run: 'r1' });
  expect(await lake.hitparade.publishedDates()).toEqual([DATE]);
  expect(await lake.chart('daily_genre')).toMatchObject([{ genre: 'pop', listen_count: 1 }]);
  await lake.hitparade.stage('load_to_dynamodb', { run: 'r1' });
  expect(await lake.chart('daily_genre')).toMatchObject([{ genre: 'pop', listen_count: 2 }]);
});
