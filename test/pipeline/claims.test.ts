import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withDefaults } from '../../src/pipeline/config.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import { Session, type TableAccessors } from '../../src/pipeline/session.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { rawKey } from '../../src/lake/zones.ts';
import { type Drop, plays, songs, TestLake } from '../support/test-lake.ts';

const catalogue = { dataset: 'songs', filename: 'songs.csv', text: songs('a pop') } as const;
const stream = (filename: string) =>
  ({ dataset: 'streams', filename, text: plays(`u a 10:00:0${filename.charAt(0)}`) }) as const;

async function ledgerOf(lake: TestLake): Promise<TableAccessors['ledger']> {
  const session = new Session(withDefaults({ lake: lake.directory }), systemPorts, () => undefined);
  return (await session.tables()).ledger;
}

/** A runner that claims a file as it lies in raw and dies, as often as that. */
async function die(lake: TestLake, drop: Drop, times: number): Promise<void> {
  await lake.drop(drop);
  const { dataset, filename } = drop;
  const object = await (await LocalLake.open(lake.directory)).head(rawKey(dataset, filename));
  const version = object?.version ?? '';
  const name = dataset === 'streams' ? filename : `../${dataset}/${filename}`;
  const ledger = await ledgerOf(lake);
  for (let claim = 0; claim < times; claim++) {
    // Of a process number above what Linux gives: nobody has it.
    const owner = `${systemPorts.owner.split(':')[0] ?? ''}:4194305:${claim}`;
    const options = { owner, leaseSeconds: 30, version, now: new Date() };
    const { isOwnerAlive } = systemPorts;
    expect(await ledger.claim(name, { ...options, isOwnerAlive })).toMatchObject({ claimed: true });
  }
}

test.each([
  [4, 'success'],
  [5, 'failed'],
] as const)(
  'a play file that ended its runner %i times is %s, and the others go on',
  async (times, status) => {
    const lake = await TestLake.open();
    await lake.run(catalogue);
    await die(lake, stream('1.csv'), times);
    const { files } = await lake.run(stream('2.csv'));
    expect(files.map((file) => [file.filename, file.status])).toEqual([
      ['1.csv', status],
      ['2.csv', 'success'],
    ]);
    const { error, location } = files[0] ?? {};
    expect(error ?? '').toContain(status === 'failed' ? '5 runs began to read the file' : '');
    expect(existsSync(join(lake.directory, location ?? 'nowhere'))).toBe(true);
    expect(await (await ledgerOf(lake)).get('1.csv')).toMatchObject({ status });
  },
);

test('a file that was set aside so is tried again when it is dropped again', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue);
  await die(lake, stream('1.csv'), 5);
  await lake.run();
  const again = { ...stream('1.csv'), modified: new Date('2024-07-02T00:00:00Z') };
  expect((await lake.run(again)).files).toMatchObject([{ filename: '1.csv', status: 'success', valid: 1 }]);
});

test('a file that was mended in place is tried, however often the one before ended its runner', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue);
  await die(lake, stream('1.csv'), 5);
  const mended = { ...stream('1.csv'), text: plays('u a 11:00:00', 'v a 11:00:00') };
  expect((await lake.run(mended)).files).toMatchObject([{ status: 'success', valid: 2 }]);
});

test('a catalogue file that ended its runner five times is set aside, and plays are counted without it', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue);
  const text = 'user_id,user_name,user_age,user_country,created_at\nu,U,30,NZ,2024-01-01\n';
  await die(lake, { dataset: 'users', filename: 'users.csv', text }, 5);
  const report = await lake.run(stream('1.csv'));
  expect(report.catalogue).toMatchObject([{ filename: 'users.csv', status: 'failed' }]);
  expect(report.files).toMatchObject([{ status: 'success', unknown_user: 1 }]);
  expect((await (await ledgerOf(lake)).list()).map(({ filename }) => filename)).toEqual(['1.csv']);
});

test.each(['validate_streams', 'transform_data', 'load_to_dynamodb'])(
  'a run that is stopped at %s leaves no lease and no attempt behind',
  async (stage) => {
    const stop = new AbortController();
    const observer = (event: PipelineEvent): void => {
      if (event.type === 'progress' && event.stage === stage) stop.abort('SIGTERM');
    };
    const lake = await TestLake.open({}, observer);
    for (const drop of [catalogue, stream('1.csv'), stream('2.csv')]) await lake.drop(drop);
    await expect(lake.hitparade.run({ signal: stop.signal })).rejects.toBe('SIGTERM');
    const items = await (await ledgerOf(lake)).list();
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) {
      expect(item).toMatchObject({ status: 'processing', attempts: 0 });
      expect([item.owner, item.lease_until]).toEqual([undefined, undefined]);
    }
    const next = await TestLake.open({ lake: lake.directory });
    await next.run();
    expect(await next.chart('daily_genre')).toMatchObject([{ listen_count: 2 }]);
    expect((await next.hitparade.status()).files).toMatchObject({ success: 2, pending: 0, processing: 0 });
  },
);

test('a claim of a catalogue file whose owner died after taking it is forgotten by the next run', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, stream('1.csv'));
  await die(lake, catalogue, 1);
  const ledger = await ledgerOf(lake);
  expect(await ledger.get('../songs/songs.csv')).toMatchObject({ status: 'processing' });
  await lake.run();
  expect((await ledger.list()).map(({ filename }) => filename)).toEqual(['1.csv']);
});

describe('a file that is taken out of raw while it is being validated', () => {
  /** Opens a lake in which the file goes as soon as it is being read. */
  async function robbed(lake?: string): Promise<TestLake> {
    let directory = '';
    const opened = await TestLake.open(lake === undefined ? {} : { lake }, (event) => {
      if (event.type !== 'progress' || event.stage !== 'validate_streams') return;
      rmSync(join(directory, rawKey('streams', event.subject)), { force: true });
    });
    directory = opened.directory;
    return opened;
  }

  test('leaves no claim behind if nothing is known of it', async () => {
    const lake = await robbed();
    const { files } = await lake.run(catalogue, stream('1.csv'));
    expect(files).toEqual([]);
    expect(await (await ledgerOf(lake)).list()).toEqual([]);
    expect((await lake.hitparade.status()).files).toMatchObject({ success: 0, pending: 0, processing: 0 });
  });

  test('is in the ledger as its earlier delivery, if there was one', async () => {
    const first = await TestLake.open();
    await first.run(catalogue, stream('1.csv'));
    await first.run();
    const ledger = await ledgerOf(first);
    const before = await ledger.get('1.csv');
    expect(before).toMatchObject({ status: 'success', valid: 1 });
    const lake = await robbed(first.directory);
    const { files } = await lake.run({ ...stream('1.csv'), text: plays('u a 11:00:00', 'v a 11:00:00') });
    expect(files).toEqual([]);
    expect(await ledger.get('1.csv')).toEqual({ ...before, epoch: 2, attempts: 1 });
    expect(await lake.hitparade.verify()).toMatchObject({ problems: [] });
  });
});

test('verify tells of a claim whose owner is dead and whose file is gone, and of the remedy', async () => {
  const lake = await TestLake.open();
  await lake.run(catalogue, stream('2.csv'));
  await die(lake, stream('1.csv'), 1);
  rmSync(join(lake.directory, rawKey('streams', '1.csv')));
  await lake.run();
  const { notes } = await lake.hitparade.verify();
  expect(notes).toMatchObject([{ kind: 'ledger_item_open', subject: '1.csv' }]);
  expect(notes[0]?.remedy).toContain('`rm -r .hitparade/dynamodb`');
});
