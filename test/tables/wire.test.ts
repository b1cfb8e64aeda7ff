import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectTables } from '../../src/tables/connect.ts';
import { ensureTables } from '../../src/tables/ensure.ts';
import { Ledger } from '../../src/tables/ledger.ts';
import { syncItems } from '../../src/tables/sync-items.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { ALL, DATE, SONGS, songs } from './definitions.ts';
import { QUICK } from './implementations.ts';
import { failure, OK, scriptedServer, type Script } from './scripted-server.ts';

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

function unprocessed(body: unknown): { status: number; body: unknown } {
  const { RequestItems } = body as { RequestItems: Record<string, unknown[]> };
  return { status: 200, body: { UnprocessedItems: { [SONGS.name]: RequestItems[SONGS.name]?.slice(-2) } } };
}

test('items that a call did not take are sent again, and only those', async () => {
  const sizes: number[] = [];
  const { tables } = await against(({ operation, body, count }) => {
    if (operation !== 'BatchWriteItem') return OK;
    const { RequestItems } = body as { RequestItems: Record<string, unknown[]> };
    sizes.push(RequestItems[SONGS.name]?.length ?? 0);
    return count === 1 ? unprocessed(body) : OK;
  });
  expect(await syncItems(tables, SONGS, DATE, songs(30))).toMatchObject({ written: 30 });
  expect(sizes).toEqual([25, 2, 5]);
});

test('items that DynamoDB never takes end in a temporary error that counts them', async () => {
  const { tables, operations } = await against(({ operation, body }) =>
    operation === 'BatchWriteItem' ? unprocessed(body) : OK,
  );
  await expect(syncItems(tables, SONGS, DATE, songs(5))).rejects.toMatchObject({
    kind: 'temporary',
    message: expect.stringContaining('2 of 5 items') as string,
    hint: expect.stringContaining('Run again') as string,
  });
  expect(operations.filter((name) => name === 'BatchWriteItem')).toHaveLength(QUICK.retries + 1);
});

test('a stop is obeyed between tries', async () => {
  const stop = new AbortController();
  const { tables } = await against(({ operation, body }) => {
    if (operation === 'BatchWriteItem') stop.abort(new Error('stopped'));
    return operation === 'BatchWriteItem' ? unprocessed(body) : OK;
  });
  await expect(syncItems(tables, SONGS, DATE, songs(5), { signal: stop.signal })).rejects.toThrow('stopped');
});

test.each([
  ['throttled', failure(400, 'ProvisionedThroughputExceededException')],
  ['answered with 500', failure(500, 'InternalServerError')],
  ['answered with 503', failure(503, 'ServiceUnavailable')],
])('a call that is %s once is repeated', async (_, refusal) => {
  const { tables } = await against(({ operation, count }) =>
    operation === 'BatchWriteItem' && count === 1 ? refusal : OK,
  );
  expect(await syncItems(tables, SONGS, DATE, songs(1))).toMatchObject({ written: 1 });
});

test('a server that only fails ends in a temporary error', async () => {
  const { tables } = await against(() => failure(500, 'InternalServerError', 'out of order'));
  await expect(syncItems(tables, SONGS, DATE, songs(1))).rejects.toMatchObject({
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

test('a table that vanished is a question of configuration', async () => {
  const { tables } = await against(() => failure(400, 'ResourceNotFoundException'));
  await expect(syncItems(tables, SONGS, DATE, songs(1))).rejects.toMatchObject({
    kind: 'usage',
    hint: expect.stringContaining('--table-prefix') as string,
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
  const claim = await new Ledger(tables).claim('a.csv', {
    owner: 'me',
    leaseSeconds: 30,
    now: new Date(0),
    isOwnerAlive: () => true,
  });
  expect(claim).toEqual({ claimed: true, epoch: 1, attempts: 1 });
});

test.each([undefined, ''])('an emulator needs no region, AWS does (AWS_REGION %j)', async (region) => {
  vi.stubEnv('AWS_REGION', region);
  const { tables } = await against(() => OK);
  expect(await tables.client.config.region()).toBe('us-east-1');
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
  await syncItems(tables, SONGS, DATE, songs(1));
  expect(warn).not.toHaveBeenCalled();
});
