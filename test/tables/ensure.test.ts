import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type KeyType,
  type ScalarAttributeType,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { LEDGER_TABLE, PUBLISHED_DATES_TABLE } from '../../src/tables/definition.ts';
import { describe as describeTable, ensureTables } from '../../src/tables/ensure.ts';
import { TableMismatchError } from '../../src/tables/errors.ts';
import { PublishedDates } from '../../src/tables/published-dates.ts';
import { readItems } from '../../src/tables/query.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { ALL, DATE, GENRES, song, SONGS, publish, sync } from './definitions.ts';
import { describeTables } from './suite.ts';

const MARKER = {
  lake: 'this-lake',
  version: 7,
  kpi_version: 'k1',
  digest: 'abc',
  published_on: '2024-06-26T00:00:00.000Z',
};

async function createTable(
  tables: Tables,
  keys: readonly (readonly [string, ScalarAttributeType, KeyType])[],
): Promise<void> {
  await tables.client.send(
    new CreateTableCommand({
      TableName: tables.nameOf(SONGS),
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
      KeySchema: keys.map(([AttributeName, , KeyType]) => ({ AttributeName, KeyType })),
    }),
  );
}

async function deleteTable(tables: Tables): Promise<void> {
  await tables.client.send(new DeleteTableCommand({ TableName: tables.nameOf(SONGS) }));
}

describeTables('ensureTables', ({ fresh, ready }) => {
  test('creates what is absent, waits until it can be used, and creates nothing twice', async () => {
    const tables = await fresh();
    const { created } = await ensureTables(tables, ALL);
    expect([...created].sort()).toEqual(ALL.map((definition) => tables.nameOf(definition)).sort());
    for (const definition of ALL) {
      const { Table: table } = await tables.client.send(
        new DescribeTableCommand({ TableName: tables.nameOf(definition) }),
      );
      expect(table?.TableStatus).toBe('ACTIVE');
    }
    expect(await ensureTables(tables, ALL)).toEqual({ created: [] });
  });

  test('two at once both succeed, and each table is created by one of them', async () => {
    const tables = await fresh();
    const both = await Promise.all([ensureTables(tables, ALL), ensureTables(tables, ALL)]);
    const created = both.flatMap((result) => result.created);
    expect(created.sort()).toEqual(ALL.map((definition) => tables.nameOf(definition)).sort());
  });

  test('waits for a table that somebody else is creating', async () => {
    const tables = await fresh();
    await createTable(tables, [
      ['date', 'S', 'HASH'],
      ['genre', 'S', 'RANGE'],
    ]);
    expect(await ensureTables(tables, [SONGS])).toEqual({ created: [] });
    await ensureTables(tables, [PUBLISHED_DATES_TABLE]);
    expect(await sync(tables, SONGS, DATE, [song('pop', 1)])).toMatchObject({ written: 1 });
  });

  test('creates a table again that is being deleted', async () => {
    const tables = await ready();
    await sync(tables, SONGS, DATE, [song('pop', 1)]);
    await deleteTable(tables);
    await ensureTables(tables, ALL);
    expect(await readItems(tables, SONGS, DATE)).toEqual([]);
  });

  test.each([
    [
      'another sort key',
      [
        ['date', 'S', 'HASH'],
        ['track', 'S', 'RANGE'],
      ],
    ],
    [
      'another type',
      [
        ['date', 'S', 'HASH'],
        ['genre', 'N', 'RANGE'],
      ],
    ],
    ['no sort key', [['date', 'S', 'HASH']]],
    [
      'the keys the other way round',
      [
        ['genre', 'S', 'HASH'],
        ['date', 'S', 'RANGE'],
      ],
    ],
  ] as const)('refuses a table with %s, before it creates any other', async (_, keys) => {
    const tables = await fresh();
    await createTable(tables, keys);
    const refused = ensureTables(tables, ALL);
    await expect(refused).rejects.toThrow(TableMismatchError);
    await expect(refused).rejects.toMatchObject({ kind: 'usage', table: tables.nameOf(SONGS) });
    await expect(refused).rejects.toThrow(/date \(S, partition\), genre \(S, sort\)/);
    await expect(
      tables.client.send(new DescribeTableCommand({ TableName: tables.nameOf(LEDGER_TABLE) })),
    ).rejects.toThrow();
  });

  test('takes the markers of all dates back when a KPI table is gone, but no version falls', async () => {
    const tables = await ready();
    const published = new PublishedDates(tables);
    await publish(published, DATE, MARKER);
    await published.begin('2024-06-26', MARKER, 'writer');
    await deleteTable(tables);
    await ensureTables(tables, ALL);
    expect(await published.get(DATE)).toBeUndefined();
    // Its items were in the table that is gone.
    expect(await published.finish('2024-06-26', MARKER, 'writer')).toBe(false);
    expect(await publish(published, DATE, { ...MARKER, version: 6 })).toBe(false);
    expect(await publish(published, DATE, MARKER)).toBe(true);
  });

  test('takes the markers back before the KPI table exists, so that a crash in between is safe', async () => {
    const tables = await ready();
    const published = new PublishedDates(tables);
    await publish(published, DATE, MARKER);
    await deleteTable(tables);
    const send = tables.client.send.bind(tables.client);
    let crashed = false;
    const crashing = new Proxy(tables.client, {
      get(target, name) {
        if (name !== 'send') return Reflect.get(target, name) as unknown;
        return (command: Parameters<typeof send>[0]) => {
          if (command instanceof CreateTableCommand) {
            crashed = true;
            return Promise.reject(new Error('crash'));
          }
          return send(command);
        };
      },
    });
    await expect(ensureTables({ ...tables, client: crashing }, ALL)).rejects.toThrow('crash');
    expect(crashed).toBe(true);
    expect(await published.get(DATE)).toBeUndefined();
    expect((await ensureTables(tables, ALL)).created).toEqual([tables.nameOf(SONGS)]);
  });

  test('says so just before it makes a table, also one that was still going when it was looked for', async () => {
    const tables = await ready();
    await deleteTable(tables);
    const send = tables.client.send.bind(tables.client);
    let looks = 0;
    const going = new Proxy(tables.client, {
      get(target, name) {
        if (name !== 'send') return Reflect.get(target, name) as unknown;
        return (command: Parameters<typeof send>[0]) => {
          const isLook =
            command instanceof DescribeTableCommand && command.input.TableName === tables.nameOf(SONGS);
          if (isLook && looks++ === 0) return Promise.resolve({ Table: { TableStatus: 'DELETING' } });
          return send(command);
        };
      },
    });
    const told: (readonly [string, boolean])[] = [];
    const { created } = await ensureTables({ ...tables, client: going }, ALL, async (definition) => {
      told.push([definition.name, (await describeTable(tables, definition)) !== undefined]);
    });
    expect(created).toEqual([tables.nameOf(SONGS)]);
    expect(told).toEqual([[SONGS.name, false]]);
  });

  test('leaves the markers alone when only the ledger is gone', async () => {
    const tables = await ready();
    await publish(new PublishedDates(tables), DATE, MARKER);
    await tables.client.send(new DeleteTableCommand({ TableName: tables.nameOf(LEDGER_TABLE) }));
    await ensureTables(tables, ALL);
    expect(await new PublishedDates(tables).get(DATE)).toEqual(MARKER);
  });

  test('orders a number sort key by value', async () => {
    const tables = await ready();
    const items = [10, 9, 1].map((rank) => ({ date: DATE, rank, genre: `g${String(rank)}` }));
    await sync(tables, GENRES, DATE, items);
    expect((await readItems(tables, GENRES, DATE)).map((item) => item['rank'])).toEqual([1, 9, 10]);
  });
});
