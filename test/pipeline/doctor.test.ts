import { CreateTableCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesOf, checkLimits, checkNode } from '../../src/pipeline/doctor/check-machine.ts';
import { withDefaults, type HitparadeConfig } from '../../src/pipeline/config.ts';
import { openHitparade } from '../../src/pipeline/open.ts';
import type { DoctorReport } from '../../src/pipeline/doctor/report.ts';
import { alterSealed } from '../support/alter-sealed.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { historyLake, inLake, inTables } from '../support/verified-lake.ts';

async function diagnosed(config: HitparadeConfig): Promise<DoctorReport> {
  const hitparade = await openHitparade(config);
  try {
    return await hitparade.doctor();
  } finally {
    await hitparade.close();
  }
}

const failed = ({ checks }: DoctorReport) => checks.filter(({ ok }) => !ok);
const everything = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory, { recursive: true })).sort();

test('a folder that is no lake yet is well, and stays as it was', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'raw/streams'), { recursive: true });
  await writeFile(join(directory, 'raw/streams/monday.csv'), 'user_id,track_id,listen_time\n');
  const before = await everything(directory);
  const report = await diagnosed({ lake: directory });
  expect(failed(report)).toEqual([]);
  expect(report.ok).toBe(true);
  expect(report.checks.map(({ name }) => name)).toEqual([
    ...['node', 'duckdb', 'limits', 'lake', 'hard_links', 'folder_sync', 'file_times'],
    ...['raw_files', 'space', 'private', 'log', 'tables'],
  ]);
  expect(await everything(directory)).toEqual(before);
});

test('a lake that has run is well, its tables too', async () => {
  const directory = await historyLake();
  const content = async (): Promise<readonly string[]> =>
    (await everything(directory)).filter((path) => !path.startsWith('.hitparade/dynamodb'));
  const before = await content();
  const report = await diagnosed({ lake: directory });
  expect(failed(report)).toEqual([]);
  expect(report.checks.at(-1)).toMatchObject({
    name: 'table_owner',
    found: expect.stringContaining('3 dates') as string,
  });
  expect(await content()).toEqual(before);
});

test('a lake that is not there is told, and not made', async () => {
  const directory = join(await temporaryDirectory(), 'lkae');
  const report = await diagnosed({ lake: directory });
  expect(failed(report)).toMatchObject([{ name: 'lake', remedy: expect.stringContaining('init') as string }]);
  expect(await readdir(join(directory, '..'))).toEqual([]);
});

test('what lies in raw and will never be taken is named', async () => {
  const directory = await temporaryDirectory();
  const streams = join(directory, 'raw/streams');
  await mkdir(streams, { recursive: true });
  await symlink('/etc/hostname', join(streams, 'link.csv'));
  await writeFile(join(streams, 'notes.txt'), '');
  await writeFile(join(streams, 'still.csv.part'), '');
  await writeFile(
    Buffer.concat([Buffer.from(`${streams}/caf`), Buffer.from([0xe9]), Buffer.from('.csv')]),
    '',
  );
  const [check] = failed(await diagnosed({ lake: directory }));
  expect(check).toMatchObject({ name: 'raw_files' });
  expect(check?.found).toContain('link.csv is a link');
  expect(check?.found).toContain('notes.txt is no .csv');
  expect(check?.found).toContain('name that is not UTF-8');
  expect(check?.found).not.toContain('still.csv');
});

/** Rights do not bind root, so root is somebody else meanwhile. */
async function boundByRights<T>(work: () => Promise<T>): Promise<T> {
  const nobody = 65_534;
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

test('a lake that this user cannot write, and files that it cannot read, are told', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'raw/streams'), { recursive: true });
  await writeFile(join(directory, 'raw/streams/1.csv'), '', { mode: 0o000 });
  await chmod(directory, 0o555);
  const report = await boundByRights(() => diagnosed({ lake: directory }));
  await chmod(directory, 0o755);
  expect(failed(report)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'lake', remedy: expect.stringContaining('right to') as string }),
      expect.objectContaining({ name: 'raw_files', found: expect.stringContaining('1.csv') as string }),
    ]),
  );
});

test('keys that others can read are told, with the command that mends it', async () => {
  const directory = await historyLake();
  await chmod(join(directory, '.hitparade'), 0o755);
  expect(failed(await diagnosed({ lake: directory }))).toMatchObject([
    { name: 'private', remedy: '`chmod 700 .hitparade/`' },
  ]);
});

test('a log that cannot be read, and one that is ahead of this clock, are told', async () => {
  const directory = await historyLake();
  const path = join(directory, '_log/000000000008.json');
  await alterSealed(path, '"at":"2', '"at":"3');
  expect(failed(await diagnosed({ lake: directory }))).toMatchObject([{ name: 'clock' }]);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"format":1', '"format":2'));
  expect(failed(await diagnosed({ lake: directory }))).toMatchObject([{ name: 'log' }]);
});

test('tables with other keys, and tables of another lake, are told', async () => {
  const directory = await historyLake();
  await inLake(directory, async (hitparade) => {
    await inTables(hitparade, async (client) => {
      await client.send(
        new UpdateItemCommand({
          TableName: 'PublishedDates',
          Key: { date: { S: '2024-06-25' } },
          UpdateExpression: 'SET lake = :x',
          ExpressionAttributeValues: { ':x': { S: 'x' } },
        }),
      );
      await client.send(
        new CreateTableCommand({
          TableName: 'other-ProcessedStreams',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        }),
      );
    });
  });
  expect(failed(await diagnosed({ lake: directory }))).toMatchObject([{ name: 'table_owner' }]);
  const other = failed(await diagnosed({ lake: directory, tablePrefix: 'other-' }));
  expect(other).toMatchObject([
    { name: 'table_keys', remedy: expect.stringContaining('--table-prefix') as string },
  ]);
});

test('tables that cannot be reached are told', async () => {
  const directory = await temporaryDirectory();
  process.env['AWS_ACCESS_KEY_ID'] = 'x';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
  try {
    const report = await diagnosed({ lake: directory, dynamodbEndpoint: 'http://127.0.0.1:9' });
    expect(failed(report)).toMatchObject([{ name: 'tables' }]);
  } finally {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  }
});

test('a server whose clock is far off is told, and how far', async () => {
  const directory = await historyLake();
  await inLake(directory, async (hitparade) => {
    const { endpoint, accessKeyId, secretAccessKey } = await hitparade.serveTables({});
    process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
    try {
      for (const [offMs, expected] of [
        [0, []],
        [10 * 60_000, [{ name: 'server_clock', remedy: expect.stringContaining('NTP') as string }]],
      ] as const)
        await withClock(endpoint, offMs, async (dynamodbEndpoint) => {
          const report = await diagnosed({ lake: directory, dynamodbEndpoint, region: 'us-east-1' });
          expect(failed(report)).toMatchObject(expected);
          if (offMs > 0) expect(failed(report)[0]?.found).toMatch(/ (599|600) s off/);
        });
    } finally {
      delete process.env['AWS_ACCESS_KEY_ID'];
      delete process.env['AWS_SECRET_ACCESS_KEY'];
    }
  });
});

/** The same server with another clock. */
async function withClock(
  endpoint: string,
  offMs: number,
  work: (endpoint: string) => Promise<void>,
): Promise<void> {
  const server = createServer((question, answer) => {
    const { method, headers } = question;
    const passedOn = request(endpoint, { method, headers }, (found) => {
      const date = new Date(Date.now() + offMs).toUTCString();
      answer.writeHead(found.statusCode ?? 500, { ...found.headers, date });
      found.pipe(answer);
    });
    passedOn.on('error', (error) => answer.destroy(error));
    question.pipe(passedOn);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    await work(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('limits above the machine, an engine that does not start and an old Node are told', async () => {
  const config = (options: Partial<HitparadeConfig>) => withDefaults({ lake: '/lake', ...options });
  const machine = { bytes: 8e9, cores: 4 };
  expect(checkLimits(config({ memoryLimit: '1GB', threads: 4 }), machine)).toMatchObject({
    ok: true,
    remedy: '',
  });
  expect(checkLimits(config({ memoryLimit: '9GB', threads: 4 }), machine)).toMatchObject({ ok: false });
  expect(checkLimits(config({ memoryLimit: '1GB', threads: 5 }), machine).remedy).toContain('--threads 4');
  expect(checkLimits(config({ threads: 3 }), { bytes: 8e9, cores: 1 }).remedy).toBe('');
  expect([bytesOf('1GB'), bytesOf('512MiB'), bytesOf('80%')]).toEqual([1e9, 512 * 2 ** 20, undefined]);
  const report = await diagnosed({ lake: await temporaryDirectory(), memoryLimit: 'plenty' });
  expect(failed(report)).toMatchObject([{ name: 'duckdb' }]);
  expect(checkNode('20.18.3')).toMatchObject({ ok: false });
  expect(checkNode('22.0.0')).toMatchObject({ ok: true });
  const manifest = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    readonly engines: { readonly node: string };
  };
  expect(checkNode('1.0.0').remedy).toContain(manifest.engines.node.replace('>=', ''));
});
