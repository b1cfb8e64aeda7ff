import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectTables } from '../../src/tables/connect.ts';
import { inDirectory } from '../../src/tables/embedded-access.ts';
import { EmbeddedTables } from '../../src/tables/embedded.ts';
import { ensureTables } from '../../src/tables/ensure.ts';
import { readItems } from '../../src/tables/query.ts';
import { ALL, DATE, song, SONGS, sync } from './definitions.ts';

let directory = '';
const opened: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'hitparade-embedded-')), '.hitparade');
});
afterEach(async () => {
  for (const tables of opened.splice(0)) await tables.close();
  await rm(join(directory, '..'), { recursive: true });
});

async function open(waitMs?: number): Promise<EmbeddedTables> {
  const tables = await EmbeddedTables.open(directory, waitMs === undefined ? {} : { waitMs });
  opened.push(tables);
  return tables;
}

async function connect() {
  const tables = await connectTables({ tablePrefix: '', embeddedDirectory: directory });
  opened.push(tables);
  return tables;
}

/** The status and body of a raw request. */
function ask(
  endpoint: string,
  headers: Record<string, string>,
  method = 'POST',
): Promise<{ status: number | undefined; body: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = request(endpoint, { method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode, body, headers: response.headers });
      });
    });
    sent.on('error', reject);
    sent.end('{}');
  });
}

function signedBy(key: string): Record<string, string> {
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20240625/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    'content-type': 'application/x-amz-json-1.0',
  };
}

test('two opens in one process share the tables, and the last to close ends them', async () => {
  const [first, second] = await Promise.all([open(), open()]);
  expect(second.endpoint).toBe(first.endpoint);
  await first.close();
  expect((await ask(second.endpoint, signedBy(second.accessKeyId))).status).toBe(200);
  await second.close();
  await expect(ask(second.endpoint, signedBy(second.accessKeyId))).rejects.toThrow(/ECONNREFUSED/);
});

test('tables opened while they are being closed are opened again', async () => {
  const first = await open();
  const [, second] = await Promise.all([first.close(), open()]);
  expect((await ask(second.endpoint, signedBy(second.accessKeyId))).status).toBe(200);
});

test('what was written is there after closing and opening again, under the same key', async () => {
  const before = await connect();
  await ensureTables(before, ALL);
  await sync(before, SONGS, DATE, [song('pop', 1)]);
  await before.close();
  const after = await connect();
  expect(await readItems(after, SONGS, DATE)).toEqual([song('pop', 1)]);
  expect(after.embedded?.accessKeyId).toBe(before.embedded?.accessKeyId);
});

test('closing is quick although clients hold their connections open', async () => {
  const tables = await connect();
  await ensureTables(tables, ALL);
  const started = performance.now();
  await tables.embedded?.close();
  expect(performance.now() - started).toBeLessThan(900);
});

test('only this user can read the directory and the key', async () => {
  const tables = await open();
  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  expect(await mode(directory)).toBe('700');
  expect(await mode(join(directory, 'dynamodb.json'))).toBe('600');
  const discovery = JSON.parse(await readFile(join(directory, 'dynamodb.json'), 'utf8')) as unknown;
  expect(discovery).toEqual({
    endpoint: tables.endpoint,
    pid: process.pid,
    accessKeyId: tables.accessKeyId,
    secretAccessKey: tables.secretAccessKey,
  });
});

test('a directory that others could read is closed to them', async () => {
  await mkdir(directory, { mode: 0o755 });
  await open();
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test('the right key is served, without any word about other origins', async () => {
  const { endpoint, accessKeyId } = await open();
  const answer = await ask(endpoint, signedBy(accessKeyId));
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.headers).join()).not.toMatch(/access-control/);
});

test.each([
  ['another key', () => signedBy('HITPARADE0000000000000000')],
  ['a key that begins like the right one', (key: string) => signedBy(key.slice(0, -1))],
  ['no signature', () => ({ 'x-amz-target': 'DynamoDB_20120810.ListTables' })],
  ['the key in the wrong place', (key: string) => ({ authorization: `Basic ${key}` })],
  ['an Origin', (key: string) => ({ ...signedBy(key), origin: 'http://127.0.0.1' })],
  ['a name that was rebound to loopback', (key: string) => ({ ...signedBy(key), host: 'evil.example:80' })],
  [
    'a name that begins like loopback',
    (key: string) => ({ ...signedBy(key), host: '127.0.0.1.evil.example' }),
  ],
])('a request with %s is refused', async (_, headers) => {
  const { endpoint, accessKeyId } = await open();
  for (const method of ['POST', 'GET', 'OPTIONS']) {
    const answer = await ask(endpoint, headers(accessKeyId), method);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('UnrecognizedClientException');
  }
});

test('a client that goes away in the middle of a request does the host no harm', async () => {
  const { endpoint, accessKeyId } = await open();
  const sent = request(endpoint, {
    method: 'POST',
    headers: { ...signedBy(accessKeyId), 'content-length': '1000' },
  });
  sent.on('error', () => undefined);
  sent.write('{');
  await once(sent, 'socket');
  await new Promise((resolve) => sent.write('"', resolve));
  sent.destroy();
  expect((await ask(endpoint, signedBy(accessKeyId))).status).toBe(200);
});

test('can be served on a port of its own as well', async () => {
  const tables = await open();
  const endpoint = await tables.serveOn(0);
  expect(endpoint).not.toBe(tables.endpoint);
  expect((await ask(endpoint, signedBy(tables.accessKeyId))).status).toBe(200);
  await expect(tables.serveOn(Number(new URL(endpoint).port))).rejects.toMatchObject({ kind: 'usage' });
});

test('an unreadable discovery file is replaced by the host', async () => {
  await mkdir(directory);
  await writeFile(join(directory, 'dynamodb.json'), '{"endpoint":');
  const tables = await open();
  expect(tables.accessKeyId).toMatch(/^HITPARADE[0-9A-F]{32}$/);
});

test('a file in the place of the directory, or of one above it, is wrong usage', async () => {
  await writeFile(directory, '');
  await expect(open()).rejects.toMatchObject({
    kind: 'usage',
    message: `The embedded tables cannot be stored in ${directory}: a file stands where a directory must be (EEXIST).`,
  });
  await expect(EmbeddedTables.open(join(directory, 'below'))).rejects.toMatchObject({ kind: 'usage' });
  await rm(directory);
  await mkdir(directory);
  await writeFile(join(directory, 'dynamodb'), '');
  await expect(open()).rejects.toMatchObject({ kind: 'usage' });
});

test('a host that cannot say that it ends gives the tables up all the same', async () => {
  const tables = await open();
  const discovery = join(directory, 'dynamodb.json');
  await rm(discovery);
  await mkdir(discovery);
  await expect(tables.close()).rejects.toThrow();
  await rm(discovery, { recursive: true });
  expect((await open(50)).hosted).toBe(true);
});

function refused(code: string, message = code, cause?: Error): Error {
  return Object.assign(new Error(message, { cause }), { code });
}

test.each([
  ['EROFS', refused('EROFS'), 'usage', 'mounted read-only (EROFS)'],
  ['EACCES', refused('EACCES'), 'usage', 'not permitted to (EACCES)'],
  ['EPERM', refused('EPERM'), 'usage', 'belongs to another user (EPERM)'],
  ['ENOSPC', refused('ENOSPC'), 'temporary', 'No space is left for the embedded tables in there (ENOSPC).'],
  [
    'what LevelDB says of a read-only lock',
    refused(
      'LEVEL_DATABASE_NOT_OPEN',
      'Database failed to open',
      refused('LEVEL_IO_ERROR', 'IO error: there/LOCK: Read-only file system'),
    ),
    'usage',
    '(EROFS)',
  ],
  [
    'what LevelDB says of a full disk',
    refused('LEVEL_IO_ERROR', 'IO error: there/MANIFEST-000001: No space left on device'),
    'temporary',
    '(ENOSPC)',
  ],
])('a directory that refuses with %s is told with a remedy', async (_, cause, kind, message) => {
  await expect(inDirectory('there', () => Promise.reject(cause))).rejects.toMatchObject({
    kind,
    message: expect.stringContaining(message) as string,
    hint: expect.stringMatching(/./) as string,
    cause,
  });
});

test('what nobody expected of the directory stays as it came', async () => {
  const bug = new TypeError('oops');
  await expect(inDirectory('there', () => Promise.reject(bug))).rejects.toBe(bug);
});

/** A process that has the database open, as another command would, and says nothing to anybody. */
async function lockElsewhere(): Promise<{ close(): Promise<void> }> {
  await mkdir(directory, { recursive: true });
  const require = createRequire(import.meta.url);
  const script = `
    const store = require(${JSON.stringify(require.resolve('dynalite/db/index.js'))})
      .create({ path: ${JSON.stringify(join(directory, 'dynamodb'))} });
    store.db.open().then(() => { console.log('locked'); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const locker = {
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
  opened.push(locker);
  return locker;
}

test('tables that a silent process holds open end in a temporary error, and are free when it dies', async () => {
  const locker = await lockElsewhere();
  await expect(open(50)).rejects.toMatchObject({
    kind: 'temporary',
    message: expect.stringContaining('another process') as string,
  });
  const waiting = open();
  await locker.close();
  expect((await waiting).hosted).toBe(true);
});

test('a host is joined only if it proves that it knows the secret', async () => {
  const locker = await lockElsewhere();
  const other = await EmbeddedTables.open(join(directory, '..', 'other'));
  opened.push(other);
  const discovery = join(directory, 'dynamodb.json');
  const { endpoint, accessKeyId, secretAccessKey } = other;
  const entry = { endpoint, pid: 1, accessKeyId, secretAccessKey };

  await writeFile(discovery, JSON.stringify({ ...entry, secretAccessKey: 'another' }));
  await expect(open(50)).rejects.toMatchObject({ kind: 'temporary' });

  await writeFile(discovery, JSON.stringify(entry));
  const joined = await open(5_000);
  expect(joined).toMatchObject({ hosted: false, endpoint });
  const relayed = await joined.serveOn(0);
  expect((await ask(relayed, signedBy(accessKeyId))).status).toBe(200);
  await locker.close();
});
