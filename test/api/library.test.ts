import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withDefaults } from '../../src/pipeline/config.ts';
import * as library from '../../src/index.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function drop(lake: string, path: string, text: string): Promise<void> {
  await mkdir(join(lake, 'raw', path, '..'), { recursive: true });
  await writeFile(join(lake, 'raw', path), text);
}

test('the library exports these names, and no other by accident', () => {
  expect(Object.keys(library).sort()).toEqual([
    'DEFAULTS',
    'EngineError',
    'FileRejectedError',
    'HitparadeError',
    'InvariantError',
    'LakeError',
    'ON_SAME_NAME',
    'STAGES',
    'TablesConfigError',
    'TablesUnavailableError',
    'UsageError',
    'openHitparade',
  ]);
});

test('the defaults are the documented ones', () => {
  expect(withDefaults({ lake: '/lake' })).toEqual({
    lake: '/lake',
    tablePrefix: '',
    engine: 'duckdb',
    memoryLimit: '1GB',
    threads: Math.max(3, availableParallelism()),
    onSameName: 'append',
    limits: {
      maxRecordBytes: 1024 * 1024,
      maxFieldBytes: 64 * 1024,
      maxColumns: 256,
      maxBytes: 10 * 1024 ** 3,
      maxRecords: 50_000_000,
      maxGzipRatio: 100,
      gzipRatioFreeBytes: 1024 * 1024,
      maxDatesPerFile: 400,
      playsPerTransform: 5_000_000,
      smallFileBytes: 1024 * 1024,
      partsPerTransform: 1_000,
    },
    maxAttempts: 5,
    leaseSeconds: 30,
    settleSeconds: 5,
  });
});

test('an option that is undefined has its default', () => {
  const limits = { maxRecords: undefined };
  const options = { threads: undefined, region: undefined, memoryLimit: undefined, limits };
  expect(withDefaults({ lake: '/lake', ...options })).toEqual(withDefaults({ lake: '/lake' }));
});

test.each([
  [{ limits: { maxRecords: 0 } }, 'maxRecords is 0; allowed: a whole number from 1 to'],
  [{ limits: { maxRecordBytes: 2 ** 30 } }, 'allowed: a whole number from 1 to 67108864'],
  [{ limits: JSON.parse('{"maxRows": 1}') as object }, 'limits.maxRows is no limit; known: maxRecordBytes, '],
  [{ leaseSeconds: 0.5 }, 'leaseSeconds is 0.5; allowed: a whole number from 3 to 3600'],
  [{ maxAttempts: NaN }, 'maxAttempts is NaN; allowed: a whole number from 1 to 1000'],
])('the configuration %j is refused', (config, message) => {
  expect(() => withDefaults({ lake: '/lake', ...config })).toThrow(message);
});

test('a relative lake is made absolute, a URL stays what it is', () => {
  expect(withDefaults({ lake: 'charts' }).lake).toBe(join(process.cwd(), 'charts'));
  expect(withDefaults({ lake: 'file:///charts' }).lake).toBe('file:///charts');
});

test('from an empty directory to charts, with nothing but a lake', async () => {
  const lake = join(await temporaryDirectory(), 'lake');
  await drop(lake, 'songs/songs.csv', 'track_id,track_name,track_genre,duration_ms\nt1,Song,pop,1000\n');
  await drop(lake, 'streams/monday.csv', 'user_id,track_id,listen_time\nu1,t1,2024-06-25 10:00:00\n,t1,x\n');

  const events: library.PipelineEvent[] = [];
  const hitparade = await library.openHitparade({ lake: relative('.', lake) }, (event) => events.push(event));
  onTestFinished(() => hitparade.close());
  const report = await hitparade.run();
  expect(report.files).toMatchObject([{ filename: 'monday.csv', status: 'success', valid: 1, bad: 1 }]);
  expect(await hitparade.publishedDates()).toEqual(['2024-06-25']);
  expect(await hitparade.chart('top_songs', { from: '2024-06-25', to: '2024-06-25' })).toMatchObject([
    { genre: 'pop#1', track_id: 't1', play_count: 1 },
  ]);
  const bad = [];
  for await (const record of hitparade.badRecords()) bad.push(record);
  expect(bad).toMatchObject([{ file: 'monday.csv', line: 3, raw: ',t1,x' }]);
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['run_started', 'file', 'date', 'run_finished']),
  );
});

test.each([
  ['an empty text', ''],
  ['a bucket', 's3://bucket/lake'],
])('%s is refused as a lake, as a rejection with the base class', async (_, lake) => {
  const opening = library.openHitparade({ lake });
  await expect(opening).rejects.toBeInstanceOf(library.UsageError);
  await expect(opening).rejects.toMatchObject({ kind: 'usage' });
  await expect(opening).rejects.toBeInstanceOf(library.HitparadeError);
});
