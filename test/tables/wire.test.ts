import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectTables } from '../../src/tables/connect.ts';
import { ensureTables } from '../../src/tables/ensure.ts';
import { Ledger } from '../../src/tables/ledger.ts';
import { syncItems } from '../../src/tables/sync-items.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { ALL, DATE, SONGS, songs, sync, newFence } from './definitions.ts';
import { QUICK } from './implementations.ts';
import { failure, OK, scriptedServer, type Script, type ScriptedAnswer } from './scripted-server.ts';

const cleanUp: (() => Promise<void>)[] = [];

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_DEFAULT_REGION', undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const end of cleanUp.splice(0)) await end();
});

async function against(script: Script): Promise<{ tables: Tables; operations: string[] }> {
  const { endpoint, operations, close } = await scriptedServer(script);
  const tables = await connectTables({ endpoint, tablePrefix: '', patience: QUICK });
  cleanUp.push(() => tables.close(), close);
  return { tables, operations };
}

function cancelled(...codes: readonly string[]): ScriptedAnswer {
  const { status, body } = failure(400, 'TransactionCanceledException');
  return { status, body: { ...(body as object), CancellationReasons: codes.map((Code) => ({ Code })) } };
}

function sent(body: unknown): { actions: number; token: unknown } {
  const { TransactItems, ClientRequestToken } = body as Record<string, unknown>;
  return { actions: (TransactItems as unknown[]).length, token: ClientRequestToken };
}

test.each([
  ['in conflict with another', cancelled('None', 'TransactionConflict')],
  ['throttled', cancelled('ThrottlingError', 'None')],
  ['beyond the throughput', cancelled('ProvisionedThroughputExceeded', 'TransactionConflict')],
  ['still being made', failure(400, 'TransactionInProgressException')],
])('a transaction that is %s is repeated under its token', async (_, refusal) => {
  const transactions: { actions: number; token: unknown }[] = [];
  const { tables } = await against(({ operation, body }) => {
    if (operation !== 'TransactWriteItems') return OK;
    transactions.push(sent(body));
    return transactions.length <= 2 ? refusal : OK;
  });
  expect(await sync(tables, SONGS, DATE, songs(120))).toMatchObject({ written: 120 });
  expect(transactions.map(({ actions }) => actions)).toEqual([100, 100, 100, 22]);
  const tokens = transactions.map(({ token }) => token);
  expect(new Set(tokens.slice(0, 3)).size).toBe(1);
  expect(tokens[3]).not.toBe(tokens[0]);
});

test('a transaction that is in conflict again and again ends in a temporary error', async () => {
  const { tables, operations } = await against(({ operation }) =>
    operation === 'TransactWriteItems' ? cancelled('TransactionConflict', 'None') : OK,
  );
  await expect(sync(tables, SONGS, DATE, songs(5))).rejects.toMatchObject({
    kind: 'temporary',
    hint: expect.stringContaining('Run again') as string,
  });
  expect(operations.filter((name) => name === 'TransactWriteItems')).toHaveLength(QUICK.retries + 1);
});

test('a fence that was lost ends the writing at once, whatever else is wrong', async () => {
  const { tables, operations } = await against(({ operation }) =>
    operation === 'TransactWriteItems' ? cancelled('TransactionConflict', 'ConditionalCheckFailed') : OK,
  );
  expect(await syncItems(tables, SONGS, newFence(DATE), songs(120))).toBeUndefined();
  expect(operations.filter((name) => name === 'TransactWriteItems')).toHaveLength(1);
});

test('a transaction that cannot be made as it is fails as what it is', async () => {
  const { tables } = await against(({ operation }) =>
    operation === 'TransactWriteItems' ? cancelled('ValidationError', 'None') : OK,
  );
  await expect(sync(tables, SONGS, DATE, songs(1))).rejects.toMatchObject({
    name: 'TransactionCanceledException',
  });
});

test('a stop is obeyed between tries', async () => {
  const stop = new AbortController();
  const { tables } = await against(({ operation }) => {
    if (operation !== 'TransactWriteItems') return OK;
    stop.abort(new Error('stopped'));
    return cancelled('TransactionConflict');
  });
  await expect(sync(tables, SONGS, DATE, songs(5), { signal: stop.signal })).rejects.toThrow('stopped');
});

test.each([
  ['throttled', failure(400, 'ProvisionedThroughputExceededException')],
  ['answered with 500', failure(500, 'InternalServerError')],
  ['answered with 503', failure(503, 'ServiceUnavailable')],
])('a call that is %s once is repeated', async (_, refusal) => {
  const { tables } = await against(({ operation, count }) =>
    operation === 'TransactWriteItems' && count === 1 ? refusal : OK,
  );
  expect(await sync(tables, SONGS, DATE, songs(1))).toMatchObject({ written: 1 });
});

test('a server that only fails ends in a temporary error', async () => {
  const { tables } = await against(() => failure(500, 'InternalServerError', 'out of order'));
  await expect(sync(tables, SONGS, DATE, songs(1))).rejects.toMatchObject({
    kind: 'temporary',
    message: expect.stringContaining('out of order') as string,
  });
});

test.each(['AccessDeniedException', 'UnrecognizedClientException'])(
  '%s says at once what was tried and where to look',
  async (type) => {
    const { tables, operations } = await against(() => failure(400, type, 'not you'));
    await expect(ensureTables(tables, [SONGS])).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/look up the table TopSongsPerGenre .*not you/) as string,
      hint: expect.stringContaining('credentials') as string,
    });
    expect(operations).toHaveLength(1);
  },
);

test('a table that vanished is made by the next run, or a question of configuration', async () => {
  const { tables } = await against(() => failure(400, 'ResourceNotFoundException'));
  await expect(sync(tables, SONGS, DATE, songs(1))).rejects.toMatchObject({
    kind: 'usage',
    hint: expect.stringMatching(/`hitparade run`.*--table-prefix/) as string,
  });
});

test('an address where nobody answers is a temporary error with a hint', async () => {
  const { endpoint, close } = await scriptedServer(() => OK);
  await close();
  const tables = await connectTables({ endpoint, tablePrefix: '', patience: QUICK });
  cleanUp.push(() => tables.close());
  await expect(ensureTables(tables, ALL)).rejects.toMatchObject({
    kind: 'temporary',
    message: expect.stringContaining(endpoint) as string,
    hint: expect.stringContaining('--dynamodb-endpoint') as string,
  });
});

test('without credentials the SDK chain says so, as a question of configuration', async () => {
  const { tables } = await against(() => OK);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  await expect(ensureTables(tables, ALL)).rejects.toMatchObject({ kind: 'usage' });
});

test('a claim whose answer was lost is recognised as won, not as lost to another', async () => {
  let stored: Record<string, unknown> = {};
  const { tables } = await against(({ operation, body, count }) => {
    if (operation === 'GetItem') return { status: 200, body: count === 1 ? {} : { Item: stored } };
    const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = body as {
      ExpressionAttributeNames: Record<string, string>;
      ExpressionAttributeValues: Record<string, unknown>;
    };
    if (count > 1) return failure(400, 'ConditionalCheckFailedException');
    const sets = Object.keys(values).filter((name) => name.startsWith(':set'));
    stored = Object.fromEntries(sets.map((name) => [names[name.replace(':', '#')] ?? '', values[name]]));
    return failure(500, 'InternalServerError');
  });
  const claim = await new Ledger(tables, () => 'mine').claim('a.csv', {
    owner: 'me',
    leaseSeconds: 30,
    version: 'v1',
    now: new Date(0),
    isOwnerAlive: () => true,
  });
  expect(claim).toEqual({ claimed: true, epoch: 1, attempts: 1 });
});

test.each([undefined, ''])('an emulator needs no region, AWS does (AWS_REGION %j)', async (region) => {
  vi.stubEnv('AWS_REGION', region);
  const { tables } = await against(() => OK);
  expect(await tables.region()).toBe('us-east-1');
  await expect(connectTables({ tablePrefix: '' })).rejects.toMatchObject({
    kind: 'usage',
    hint: expect.stringContaining('--region') as string,
  });
});

test('refuses a region that is none', async () => {
  const connecting = connectTables({ tablePrefix: '', region: 'eu west' });
  await expect(connecting).rejects.toMatchObject({ kind: 'usage' });
});

test.each(['127.0.0.1:8000', 'ftp://127.0.0.1', ''])('refuses the endpoint %j', async (endpoint) => {
  await expect(connectTables({ endpoint, tablePrefix: '' })).rejects.toMatchObject({ kind: 'usage' });
});

test('prints no notice about Node versions', async () => {
  const warn = vi.spyOn(process, 'emitWarning');
  const { tables } = await against(() => OK);
  await sync(tables, SONGS, DATE, songs(1));
  expect(warn).not.toHaveBeenCalled();
});
