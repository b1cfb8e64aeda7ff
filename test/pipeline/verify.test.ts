import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openHitparade } from '../../src/pipeline/open.ts';
import { follow } from '../support/follow-remedy.ts';
import { TestLake } from '../support/test-lake.ts';
import { flip, found, historyLake, inLake, inTables, objectsOf, verified } from '../support/verified-lake.ts';

const DATE = { date: { S: '2024-06-25' } };

test('of an empty lake there is nothing to say', async () => {
  const lake = await TestLake.open();
  expect(await lake.hitparade.verify()).toMatchObject({ ok: true, log_entries: 0, problems: [], notes: [] });
});

test('a whole lake is as its log says, and verifying leaves no trace in it', async () => {
  const directory = await historyLake();
  const before = await objectsOf(directory);
  expect(await verified(directory)).toEqual({
    ok: true,
    log_entries: 8,
    parts: 9,
    dates: 3,
    tables_checked: true,
    problems: [],
    notes: [],
  });
  expect(await objectsOf(directory)).toEqual(before);
});

test('rows that an uploader wrote after its file was taken are a note, and so is a file that waits', async () => {
  const directory = await historyLake();
  const [archived = ''] = (await objectsOf(directory)).filter((key) =>
    /archive\/streams\/.*\/1\.csv/.test(key),
  );
  await writeFile(join(directory, archived), 'w,a,2024-06-25 10:00:01\n', { flag: 'a' });
  await mkdir(join(directory, 'raw/streams'), { recursive: true });
  await writeFile(join(directory, 'raw/streams/new.csv'), 'user_id,track_id,listen_time\n');
  const report = await verified(directory);
  expect(report).toMatchObject({ ok: true, notes: [{ kind: 'late_rows', subject: archived }] });
  await follow(directory, report.notes[0]?.remedy ?? '');
  expect(await verified(directory)).toMatchObject({ ok: true, log_entries: 10 });
});

test('wrong items are named up to five a date, and the rest is counted', async () => {
  const directory = await historyLake();
  const { problems } = await inLake(directory, async (hitparade) => {
    await inTables(hitparade, async (client) => {
      for (let i = 0; i < 8; i++) {
        const Item = { ...DATE, genre: { S: `punk ${i}` } };
        await client.send(new PutItemCommand({ TableName: 'DailyGenreKPIs', Item }));
      }
    });
    return hitparade.verify();
  });
  expect(problems).toHaveLength(6);
  expect(problems[0]?.message).toContain('["2024-06-25","punk 0"]');
  expect(problems[5]?.message).toContain('3 more items');
});

test('with the tables out of reach the lake is verified all the same', async () => {
  const directory = await historyLake();
  const [part = ''] = (await objectsOf(directory)).filter((key) =>
    key.endsWith('date=2024-06-25/1-3.parquet'),
  );
  await flip(join(directory, part), 60, 4);
  const hitparade = await openHitparade({
    lake: directory,
    dynamodbEndpoint: 'http://127.0.0.1:9',
    region: 'x',
  });
  process.env['AWS_ACCESS_KEY_ID'] = 'x';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
  try {
    const report = await hitparade.verify();
    expect(report.tables_checked).toBe(false);
    expect(report.problems.map(({ kind }) => kind)).toEqual(['part_corrupt', 'tables_unreachable']);
  } finally {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    await hitparade.close();
  }
});

test('an unsealed entry of an older program is whole, and its chain is still checked', async () => {
  const directory = await historyLake();
  await rm(join(directory, '_log/checkpoint'), { recursive: true });
  const path = join(directory, '_log/000000000008.json');
  const unsealed = (await readFile(path, 'utf8')).replace(/,"seal":"[^"]*"\}\n$/, '}\n');
  await writeFile(path, unsealed);
  const kinds = async (): Promise<readonly string[]> =>
    found(await verified(directory)).map(({ kind }) => kind);
  expect(await kinds()).toEqual(['log_entry_unsealed', 'checkpoint_missing']);
  const first = join(directory, '_log/000000000003.json');
  await writeFile(first, (await readFile(first, 'utf8')).replace(/,"seal":"[^"]*"\}\n$/, '}\n'));
  expect(await kinds()).toContain('log_chain_broken');
});
