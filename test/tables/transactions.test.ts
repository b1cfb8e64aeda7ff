import {
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { LEDGER_TABLE, type Item } from '../../src/tables/definition.ts';
import { toAttributes } from '../../src/tables/item.ts';
import { readItems } from '../../src/tables/query.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { DATE, song, SONGS, songs } from './definitions.ts';
import { SERVERS } from './implementations.ts';
import { describeTables } from './suite.ts';

/** Tokens are shared by all tables of an account, so each test has its own. */
const TOKEN = { ...SONGS, name: 'token' };
const IS_ABSENT = {
  ConditionExpression: 'attribute_not_exists(#date)',
  ExpressionAttributeNames: { '#date': 'date' },
};

function transact(tables: Tables, actions: readonly TransactWriteItem[], token?: string): Promise<unknown> {
  return tables.client.send(
    new TransactWriteItemsCommand({ TransactItems: [...actions], ClientRequestToken: token }),
  );
}

function put(tables: Tables, item: Item, more: object = {}): TransactWriteItem {
  return { Put: { TableName: tables.nameOf(SONGS), Item: toAttributes(item), ...more } };
}

function keyed(tables: Tables, genre: string): { TableName: string; Key: ReturnType<typeof toAttributes> } {
  return { TableName: tables.nameOf(SONGS), Key: toAttributes({ date: DATE, genre: `${genre}#1` }) };
}

function playsAre(tables: Tables, genre: string, plays: number) {
  return {
    ...keyed(tables, genre),
    ConditionExpression: '#plays = :plays',
    ExpressionAttributeNames: { '#plays': 'play_count' },
    ExpressionAttributeValues: toAttributes({ ':plays': plays }),
  };
}

describeTables(
  'TransactWriteItems',
  ({ ready }) => {
    test('writes, deletes and checks items of several tables in one step', async () => {
      const tables = await ready();
      await transact(tables, [put(tables, song('jazz', 1)), put(tables, song('pop', 2))]);
      await transact(tables, [
        put(tables, song('rock', 3)),
        { Delete: keyed(tables, 'jazz') },
        { ConditionCheck: playsAre(tables, 'pop', 2) },
        { Put: { TableName: tables.nameOf(LEDGER_TABLE), Item: toAttributes({ filename: 'a.csv' }) } },
      ]);
      expect(await readItems(tables, SONGS, DATE)).toEqual([song('pop', 2), song('rock', 3)]);
      const { Item: item } = await tables.client.send(
        new GetItemCommand({
          TableName: tables.nameOf(LEDGER_TABLE),
          Key: toAttributes({ filename: 'a.csv' }),
        }),
      );
      expect(item).toEqual(toAttributes({ filename: 'a.csv' }));
    });

    test.each([
      ['a check', (tables: Tables): TransactWriteItem => ({ ConditionCheck: playsAre(tables, 'pop', 1) })],
      ['a delete', (tables: Tables): TransactWriteItem => ({ Delete: playsAre(tables, 'pop', 1) })],
      ['a put', (tables: Tables): TransactWriteItem => put(tables, song('pop', 9), IS_ABSENT)],
      [
        'a check of an absent item',
        (tables: Tables): TransactWriteItem => ({ ConditionCheck: playsAre(tables, 'soul', 1) }),
      ],
    ])('does nothing at all if the condition of %s fails, and says which it was', async (_, failing) => {
      const tables = await ready();
      await transact(tables, [put(tables, song('pop', 2))]);
      const refused = transact(tables, [put(tables, song('rock', 3)), failing(tables)]);
      await expect(refused).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        message: expect.stringContaining('[None, ConditionalCheckFailed]') as string,
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
      });
      expect(await readItems(tables, SONGS, DATE)).toEqual([song('pop', 2)]);
    });

    test('of many transactions at once that need the same items to be absent, one is made', async () => {
      const tables = await ready();
      const all = Array.from({ length: 20 }, (_, writer) => {
        const items = songs(10, writer).map((item) => put(tables, item, IS_ABSENT));
        return transact(tables, writer % 2 === 0 ? items : items.reverse());
      });
      const made = (await Promise.allSettled(all)).flatMap(({ status }, writer) =>
        status === 'fulfilled' ? [writer] : [],
      );
      expect(made).toHaveLength(1);
      expect(await readItems(tables, SONGS, DATE)).toEqual(songs(10, made[0]));
    });

    test('a plain write is never lost between the check and the writes of a transaction', async () => {
      const tables = await ready();
      for (let round = 0; round < 20; round++) {
        await transact(tables, [put(tables, song('pop', 0)), put(tables, song('rock', 0))]);
        const [transaction] = await Promise.allSettled([
          transact(tables, [
            { ConditionCheck: playsAre(tables, 'pop', 0) },
            put(tables, song('rock', 1), {
              ConditionExpression: '#plays = :none',
              ExpressionAttributeNames: { '#plays': 'play_count' },
              ExpressionAttributeValues: toAttributes({ ':none': 0 }),
            }),
          ]),
          tables.client.send(
            new PutItemCommand({ TableName: tables.nameOf(SONGS), Item: toAttributes(song('rock', 2)) }),
          ),
        ]);
        // Made before the plain write, or refused because of it: the plain write stays in either case.
        expect(['fulfilled', 'rejected']).toContain(transaction.status);
        expect((await readItems(tables, SONGS, DATE))[1]).toEqual(song('rock', 2));
      }
    });

    test('is made once under one token, however often it is sent, and a token is for one transaction', async () => {
      const tables = await ready();
      await transact(tables, [put(tables, song('pop', 1), IS_ABSENT)], tables.nameOf(TOKEN));
      await tables.client.send(
        new PutItemCommand({ TableName: tables.nameOf(SONGS), Item: toAttributes(song('pop', 2)) }),
      );
      await transact(tables, [put(tables, song('pop', 1), IS_ABSENT)], tables.nameOf(TOKEN));
      expect(await readItems(tables, SONGS, DATE)).toEqual([song('pop', 2)]);
      await expect(
        transact(tables, [put(tables, song('pop', 3))], tables.nameOf(TOKEN)),
      ).rejects.toMatchObject({
        name: 'IdempotentParameterMismatchException',
      });
    });

    test('a token of a transaction that was refused can be sent again', async () => {
      const tables = await ready();
      const actions = [put(tables, song('rock', 1)), { ConditionCheck: playsAre(tables, 'pop', 1) }];
      await expect(transact(tables, actions, tables.nameOf(TOKEN))).rejects.toThrow(/ConditionalCheckFailed/);
      await transact(tables, [put(tables, song('pop', 1))]);
      await transact(tables, actions, tables.nameOf(TOKEN));
      expect(await readItems(tables, SONGS, DATE)).toEqual([song('pop', 1), song('rock', 1)]);
    });

    test('takes 100 actions and not 101', async () => {
      const tables = await ready();
      const actions = (count: number) => songs(count).map((item) => put(tables, item));
      await expect(transact(tables, actions(101))).rejects.toMatchObject({ name: 'ValidationException' });
      expect(await readItems(tables, SONGS, DATE)).toEqual([]);
      await transact(tables, actions(100));
      expect(await readItems(tables, SONGS, DATE)).toHaveLength(100);
    });

    test('takes items of less than 4 MB together and no more', async () => {
      const tables = await ready();
      const actions = (count: number) =>
        songs(count).map((item) => put(tables, { ...item, artists: 'a'.repeat(400_000) }));
      await transact(tables, actions(10));
      await expect(transact(tables, actions(11))).rejects.toMatchObject({ name: 'ValidationException' });
    });

    test.each([
      [
        'two actions on one item',
        (tables: Tables) => [put(tables, song('pop', 1)), put(tables, song('pop', 2))],
      ],
      [
        'a check of an item that it writes',
        (tables: Tables) => [put(tables, song('pop', 1)), { ConditionCheck: playsAre(tables, 'pop', 1) }],
      ],
      ['nothing to do', () => []],
      [
        'a condition that is none',
        (tables: Tables) => [put(tables, song('pop', 1), { ConditionExpression: 'pop pop' })],
      ],
      [
        'an empty key',
        (tables: Tables) => [put(tables, song('rock', 1)), put(tables, { ...song('pop', 1), genre: '' })],
      ],
    ])('refuses %s', async (_, actions) => {
      const tables = await ready();
      await expect(transact(tables, actions(tables))).rejects.toThrow();
      expect(await readItems(tables, SONGS, DATE)).toEqual([]);
    });

    test('refuses a table that does not exist', async () => {
      const tables = await ready();
      const actions = [
        put(tables, song('pop', 1)),
        { Put: { TableName: 'nowhere', Item: toAttributes(song('pop', 1)) } },
      ];
      await expect(transact(tables, actions)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
      expect(await readItems(tables, SONGS, DATE)).toEqual([]);
    });
  },
  SERVERS,
);
