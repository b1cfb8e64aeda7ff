import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readPublication } from '../../src/lake/publication.ts';
import { withDefaults } from '../../src/pipeline/config.ts';
import { Session } from '../../src/pipeline/session.ts';
import { prepareTables } from '../../src/pipeline/settle-stage.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { acceptFile } from '../../src/stages/validate/accept-file.ts';
import { LEDGER_TABLE } from '../../src/tables/definition.ts';
import { pendingFiles } from '../../src/stages/wait-for-stream/pending-files.ts';
import { alterSealed } from '../support/alter-sealed.ts';
import { plays, songs, TestLake, type Drop } from '../support/test-lake.ts';

const catalogue: Drop = { dataset: 'songs', filename: 'songs.csv', text: songs('a pop', 'b rock') };
const first: Drop = { dataset: 'streams', filename: '1.csv', text: plays('u a 10:00:00', 'u b 10:00:00') };
const second: Drop = { dataset: 'streams', filename: '2.csv', text: plays('v a 2024-06-26 10:00:00') };

/** Everything that users can see of a lake's results. */
async function results(lake: TestLake): Promise<unknown> {
  const ledger = (await lake.hitparade.files()).map(({ filename, status, rows, dates }) => [
    filename,
    status,
    rows,
    dates,
  ]);
  return [
    await lake.chart('daily_genre'),
    await lake.chart('top_songs'),
    await lake.chart('top_genres'),
    ledger,
  ];
}

describe('a lake that lost something derived', () => {
  async function published(): Promise<{ lake: TestLake; before: unknown }> {
    const lake = await TestLake.open();
    await lake.run(catalogue, first, second);
    return { lake, before: await results(lake) };
  }

  test.each(['processed', '_log/checkpoint', '_staging', '.hitparade/spill'])(
    'gets %s back with the next run',
    async (lost) => {
      const { lake, before } = await published();
      await rm(join(lake.directory, lost), { recursive: true, force: true });
      await lake.run();
      expect(await results(lake)).toEqual(before);
      expect(
        existsSync(join(lake.directory, 'processed/avg_metrics/date=2024-06-25/avg_metrics.parquet')),
      ).toBe(true);
    },
  );

  test('gets one KPI file back, and computes no other date', async () => {
    const { lake, before } = await published();
    await rm(join(lake.directory, 'processed/top_songs/date=2024-06-26'), { recursive: true });
    const other = (
      await readFile(join(lake.directory, 'processed/_publications/2024-06-25.json'))
    ).toString();
    await lake.run();
    expect(existsSync(join(lake.directory, 'processed/top_songs/date=2024-06-26/top_songs.parquet'))).toBe(
      true,
    );
    expect((await readFile(join(lake.directory, 'processed/_publications/2024-06-25.json'))).toString()).toBe(
      other,
    );
    expect(await results(lake)).toEqual(before);
  });

  test.each(['DailyGenreKPIs', 'TopSongsPerGenre', 'TopGenresPerDay', 'ProcessedStreams', 'PublishedDates'])(
    'gets the table %s back with the next run',
    async (table) => {
      const { lake, before } = await published();
      const access = await lake.hitparade.serveTables({});
      const { accessKeyId, secretAccessKey, endpoint, region } = access;
      const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
      await client.send(new DeleteTableCommand({ TableName: table }));
      client.destroy();
      await lake.run();
      expect(await results(lake)).toEqual(before);
      expect((await lake.hitparade.status()).files).toMatchObject({ success: 2, processing: 0 });
    },
  );
});

/** A runner of its own, which a test can stop anywhere. */
function openSession(lake: TestLake): Session {
  const config = { lake: lake.directory, memoryLimit: '512MB', threads: 1 };
  const session = new Session(withDefaults(config), systemPorts, () => undefined);
  onTestFinished(() => session.close());
  return session;
}

test('a ledger that was made anew by a runner that died then is filled by the next', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, first, second);
  const session = openSession(lake);
  const context = await session.context(new AbortController().signal);
  const { tables } = context;
  await tables.client.send(new DeleteTableCommand({ TableName: tables.nameOf(LEDGER_TABLE) }));
  // It notices, makes the table, and has not written anything yet.
  await expect(prepareTables({ ...context, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  expect(await context.ledger.get('1.csv')).toBeUndefined();

  await lake.run();
  for (const { filename } of [first, second])
    expect(await context.ledger.get(filename)).toMatchObject({ status: 'success' });
});

test('what was committed but not published is finished by the next run, once', async () => {
  const whole = await TestLake.open();
  await whole.run(catalogue, first, second);

  const lake = await TestLake.open();
  for (const drop of [catalogue, first, second]) await lake.drop(drop);
  // A runner that takes every file into the log, and dies.
  const session = openSession(lake);
  const context = await session.context(new AbortController().signal);
  for (const dataset of ['songs', 'streams'] as const) {
    for (const file of (await pendingFiles(context.lake, dataset)).files) await acceptFile(context, file, 1);
  }
  await session.close();
  expect((await lake.hitparade.status()).files).toMatchObject({ processing: 2, success: 0 });

  const report = await lake.run();
  expect(report.dates.map(({ date }) => date)).toEqual(['2024-06-25', '2024-06-26']);
  expect(await results(lake)).toEqual(await results(whole));
  expect((await lake.hitparade.status()).files).toMatchObject({ success: 2, processing: 0, pending: 0 });
  expect(await readdir(join(lake.directory, 'raw/streams'))).toEqual([]);
  expect((await lake.run()).dates).toEqual([]);
});

test('what a dead try left in staging goes after three days, what the log names never', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, first);
  const old = new Date(Date.now() - 4 * 24 * 60 * 60 * 1000);
  for (const name of ['dead/part.parquet', 'young/part.parquet']) {
    const path = join(lake.directory, '_staging', name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, 'x');
    if (name.startsWith('dead')) await utimes(path, old, old);
  }
  await lake.run();
  expect(existsSync(join(lake.directory, '_staging/dead/part.parquet'))).toBe(false);
  expect(existsSync(join(lake.directory, '_staging/young/part.parquet'))).toBe(true);
});

test('a log whose chain is broken stops every run and is left as it is', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, first);
  await rm(join(lake.directory, '_log/checkpoint'), { recursive: true });
  const path = join(lake.directory, '_log/000000000001.json');
  const altered = await alterSealed(path, '"epoch":1', '"epoch":2');
  await expect(lake.run(second)).rejects.toThrow(/000000000002.*chain is broken/);
  expect(await readFile(path, 'utf8')).toBe(altered);
  expect(existsSync(join(lake.directory, 'raw/streams/2.csv'))).toBe(true);
});

test.each(['000000000001', '000000000003'])(
  'entry %s with a flipped byte stops a run that reads it, as does the last entry behind a checkpoint',
  async (entry) => {
    const lake = await TestLake.open();
    await lake.run(catalogue, first, second);
    if (!entry.endsWith('3')) await rm(join(lake.directory, '_log/checkpoint'), { recursive: true });
    const path = join(lake.directory, `_log/${entry}.json`);
    await writeFile(path, (await readFile(path, 'utf8')).replace('"at":"20', '"at":"21'));
    await expect(lake.run()).rejects.toThrow(`${entry}.json was altered`);
  },
);

test('a checkpoint or a publication with a flipped byte is ignored, and written again', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, first, second);
  const before = await results(lake);
  const publication = join(lake.directory, 'processed/_publications/2024-06-25.json');
  await writeFile(publication, (await readFile(publication, 'utf8')).replace('"plays":2', '"plays":3'));
  const checkpoint = join(lake.directory, '_log/checkpoint/latest.json');
  await writeFile(checkpoint, (await readFile(checkpoint, 'utf8')).replace('"settled":3', '"settled":2'));
  await lake.run();
  expect(await readFile(publication, 'utf8')).toContain('"plays":2');
  expect(await readFile(checkpoint, 'utf8')).toContain('"settled":3');
  expect(await results(lake)).toEqual(before);
});

test.each([
  ['in the middle', '000000000002', false],
  ['in the middle, behind a checkpoint', '000000000002', true],
  ['at the end', '000000000003', false],
  ['at the end, behind a checkpoint', '000000000003', true],
])(
  'an entry that is lost %s stops every run, and its number is not given again',
  async (_, entry, checkpointed) => {
    const lake = await TestLake.open();
    await lake.run(catalogue, first, second);
    if (!checkpointed) await rm(join(lake.directory, '_log/checkpoint'), { recursive: true });
    await rm(join(lake.directory, `_log/${entry}.json`));
    await expect(lake.run({ ...first, filename: '3.csv', text: plays('w a 10:00:00') })).rejects.toThrow(
      /missing|lost/,
    );
    expect(existsSync(join(lake.directory, `_log/${entry}.json`))).toBe(false);
    expect(existsSync(join(lake.directory, 'raw/streams/3.csv'))).toBe(true);
  },
);

test('a catalogue file is read again when its contract has changed', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue);
  const path = join(lake.directory, '_log/000000000001.json');
  // As if the entry had been written under an older contract.
  await alterSealed(path, '"ruleVersion":1', '"ruleVersion":0');
  await rm(join(lake.directory, '_log/checkpoint'), { recursive: true });
  const report = await lake.run();
  expect(report.catalogue).toMatchObject([{ filename: 'songs.csv', status: 'success', log_number: 2 }]);
});

test('an entry of a newer format stops a run with what to do', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue);
  await writeFile(join(lake.directory, '_log/000000000002.json'), '{"format":2,"n":2}');
  await expect(lake.run(first)).rejects.toThrow(/has format 2/);
});

test('tables that were filled from another lake are not mixed with this one', async () => {
  const other = await TestLake.open();
  await other.run(catalogue, first, second);
  const { endpoint, region, accessKeyId, secretAccessKey } = await other.hitparade.serveTables({});
  const many = Array.from({ length: 6 }, (_, i) => ({
    ...first,
    filename: `${i}.csv`,
    text: plays(`x${i} a 10:00:00`),
  }));
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
  try {
    const lake = await TestLake.open({ dynamodbEndpoint: endpoint, region });
    const before = await results(other);
    // Whether its log is shorter or longer than the other's: refused before anything is taken.
    await expect(lake.run(...many)).rejects.toThrow('another lake');
    expect(await lake.hitparade.files()).toEqual([]);
    expect(await results(other)).toEqual(before);
    const apart = await TestLake.open({ dynamodbEndpoint: endpoint, region, tablePrefix: 'apart-' });
    const { dates } = await apart.run(catalogue, first);
    expect(dates).toMatchObject([{ date: '2024-06-25' }]);
  } finally {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  }
});

test('a publication says which parts it was computed from', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, first);
  const session = new Session(
    withDefaults({ lake: lake.directory, memoryLimit: '512MB', threads: 1 }),
    systemPorts,
    () => undefined,
  );
  const publication = await readPublication(await session.lake(), '2024-06-25');
  expect(publication).toMatchObject({
    version: 2,
    plays: 2,
    parts: [{ plays: 2, unknown_track: 0, unknown_user: 2 }],
  });
});
