import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { directConfig } from '../../src/tables/direct-handler.ts';
import type { StoreAnswer } from '../../src/tables/dynalite-store.ts';

const read = new GetItemCommand({ TableName: 'T', Key: { id: { S: 'ä' } } });

function clientOf(execute: (operation: string, body: string) => Promise<StoreAnswer>, timeoutMs = 5_000) {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const direct = directConfig({ execute }, timeoutMs);
  return new DynamoDBClient({ region: 'us-east-1', credentials, maxAttempts: 1, ...direct });
}

test('a request reaches the store, and its answer the caller, without a server', async () => {
  const asked: unknown[] = [];
  const client = clientOf((operation, body) => {
    asked.push([operation, JSON.parse(body)]);
    return Promise.resolve({ status: 200, body: { Item: { id: { S: 'ö' } } } });
  });
  expect((await client.send(read)).Item).toEqual({ id: { S: 'ö' } });
  expect(asked).toEqual([['GetItem', { TableName: 'T', Key: { id: { S: 'ä' } } }]]);
});

test('a refusal is the error that DynamoDB has for it', async () => {
  const body = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message: 'no' };
  const client = clientOf(() => Promise.resolve({ status: 400, body }));
  await expect(client.send(read)).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: 'no' });
});

test('tables that do not answer in time are told from those that refuse', async () => {
  const client = clientOf(() => new Promise(() => undefined), 20);
  await expect(client.send(read)).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a request that was given up before it was sent is not made', async () => {
  const client = clientOf(() => Promise.reject(new Error('it was made')));
  const abortSignal = AbortSignal.abort();
  await expect(client.send(read, { abortSignal })).rejects.toMatchObject({ name: 'AbortError' });
});
