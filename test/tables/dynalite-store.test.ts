import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DynaliteStore } from '../../src/tables/dynalite-store.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hitparade-store-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function opened(createTableMs = 0): Promise<DynaliteStore> {
  const store = await DynaliteStore.open(join(directory, 'db'), { createTableMs });
  if (store === undefined) throw new Error('The store is locked.');
  return store;
}

const TABLE = JSON.stringify({
  TableName: 'Charts',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'date', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'date', KeyType: 'HASH' }],
});

test('a table whose creation was cut off is ready when the store is opened again', async () => {
  const killed = await opened(60_000);
  expect(await killed.execute('CreateTable', TABLE)).toMatchObject({
    body: { TableDescription: { TableStatus: 'CREATING' } },
  });
  await killed.close();
  const store = await opened();
  expect(await store.execute('DescribeTable', '{"TableName":"Charts"}')).toMatchObject({
    body: { Table: { TableStatus: 'ACTIVE' } },
  });
  await store.close();
});

test.each([
  ['an operation that does not exist', 'DropEverything', '{}', /UnknownOperation/],
  ['a name from the prototype', 'constructor', '{}', /UnknownOperation/],
  ['a body that is not JSON', 'Query', '{', /SerializationException/],
  ['a wrong request', 'Query', '{"TableName":"!"}', /ValidationException/],
  ['a table that does not exist', 'Scan', '{"TableName":"Charts"}', /ResourceNotFound/],
])('%s is answered, not thrown', async (_, operation, body, type) => {
  const store = await opened();
  const answer = await store.execute(operation, body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toMatch(type);
  await store.close();
});
