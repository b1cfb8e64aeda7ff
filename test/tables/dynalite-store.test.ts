import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import dynaliteDb from 'dynalite/db/index.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DynaliteStore, type StoreOptions } from '../../src/tables/dynalite-store.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hitparade-store-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function opened(options: StoreOptions = {}): Promise<DynaliteStore> {
  const store = await DynaliteStore.open(join(directory, 'db'), options);
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
  const killed = await opened({ createTableMs: 60_000 });
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

/** With the table; a store that is opened again has no table that is still being made. */
async function withTable(options: StoreOptions = {}): Promise<DynaliteStore> {
  const store = await opened();
  await store.execute('CreateTable', TABLE);
  await store.close();
  return opened(options);
}

function transaction(date: string, token?: string): string {
  const Put = { TableName: 'Charts', Item: { date: { S: date } } };
  return JSON.stringify({ TransactItems: [{ Put }], ClientRequestToken: token });
}

test('a token is known after the host was killed, for ten minutes, and then forgotten', async () => {
  let now = 0;
  let store = await withTable({ now: () => now });
  expect((await store.execute('TransactWriteItems', transaction('monday', 'token'))).status).toBe(200);
  await store.close();

  store = await opened({ now: () => now });
  now = 10 * 60_000;
  expect((await store.execute('TransactWriteItems', transaction('tuesday', 'token'))).body).toMatchObject({
    __type: expect.stringContaining('IdempotentParameterMismatch') as string,
  });
  now += 1;
  expect((await store.execute('TransactWriteItems', transaction('tuesday', 'token'))).status).toBe(200);
  await store.close();
});

test('a repeat that comes while the transaction is being made is told so', async () => {
  const store = await withTable();
  const [first, second] = await Promise.all([
    store.execute('TransactWriteItems', transaction('monday', 'token')),
    store.execute('TransactWriteItems', transaction('monday', 'token')),
  ]);
  expect(first.status).toBe(200);
  expect(second.body).toMatchObject({ __type: expect.stringContaining('TransactionInProgress') as string });
  await store.close();
});

test.each([
  ['no object', '[]'],
  ['an action of no kind', '{"TransactItems":[{}]}'],
  ['an action of two kinds', '{"TransactItems":[{"Put":{},"Delete":{}}]}'],
  ['an update', '{"TransactItems":[{"Update":{}}]}'],
  ['a check without a condition', '{"TransactItems":[{"ConditionCheck":{"TableName":"Charts","Key":{}}}]}'],
  ['a token that is too long', JSON.stringify({ TransactItems: [{}], ClientRequestToken: 'x'.repeat(37) })],
])('a transaction with %s is answered, not thrown', async (_, body) => {
  const store = await opened();
  const answer = await store.execute('TransactWriteItems', body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toMatch(/ValidationException/);
  await store.close();
});

test('a query, a scan and a list of tables leave no snapshot of the database open', async () => {
  const create = vi.spyOn(dynaliteDb, 'create');
  const store = await withTable();
  const { db } = create.mock.results.at(-1)?.value as ReturnType<typeof dynaliteDb.create>;
  create.mockRestore();
  const closed: (() => unknown)[] = [];
  for (const name of ['keys', 'values'] as const) {
    const make = db[name].bind(db);
    vi.spyOn(db, name).mockImplementation((range) => {
      const iterator = make(range);
      closed.push(vi.spyOn(iterator, 'close'));
      return iterator;
    });
  }
  for (const date of ['monday', 'tuesday', 'wednesday'])
    await store.execute('TransactWriteItems', transaction(date));
  const query = {
    TableName: 'Charts',
    KeyConditionExpression: '#date = :date',
    ExpressionAttributeNames: { '#date': 'date' },
    ExpressionAttributeValues: { ':date': { S: 'tuesday' } },
  };
  expect(await store.execute('Query', JSON.stringify(query))).toMatchObject({ body: { Count: 1 } });
  expect(await store.execute('Scan', '{"TableName":"Charts"}')).toMatchObject({ body: { Count: 3 } });
  // Ends before the stream below it does.
  expect(await store.execute('Scan', '{"TableName":"Charts","Limit":1}')).toMatchObject({
    body: { Count: 1 },
  });
  expect(await store.execute('ListTables', '{}')).toMatchObject({ body: { TableNames: ['Charts'] } });
  expect(closed).toHaveLength(4);
  await vi.waitFor(() => {
    for (const close of closed) expect(close).toHaveBeenCalledOnce();
  });
  await store.close();
});
