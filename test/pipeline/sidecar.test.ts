import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { plays, songs, TestLake, type Drop } from '../support/test-lake.ts';

const TEXT = plays('u a 10:00:00', ',a,x', 'v a 11:00:00');
const FACTS = { rows: 3, bytes: TEXT.length, sha256: createHash('sha256').update(TEXT).digest('hex') };
const file: Drop = { dataset: 'streams', filename: 'x.csv', text: TEXT };
const sidecar = (says: unknown, filename = 'x.csv', dataset: Drop['dataset'] = 'streams'): Drop => ({
  dataset,
  filename: `${filename}.meta.json`,
  text: typeof says === 'string' ? says : JSON.stringify(says),
});
const inRaw = (lake: TestLake): Promise<string[]> => readdir(join(lake.directory, 'raw/streams'));

test.each([
  ['all three', FACTS],
  ['nothing', {}],
  ['rows', { rows: FACTS.rows }],
  ['bytes', { bytes: FACTS.bytes }],
  ['a hash in capitals', { sha256: FACTS.sha256.toUpperCase() }],
  ['something that nobody knows', { ...FACTS, source: 'app', delivered: null }],
])('a file is taken that is what its sidecar says: %s; both are archived', async (_, says) => {
  const notices: string[] = [];
  const lake = await TestLake.open({}, (event) => {
    if (event.type === 'notice') notices.push(event.message);
  });
  const { files } = await lake.run(sidecar(says), file);
  expect(files).toMatchObject([{ filename: 'x.csv', status: 'success', rows: 3 }]);
  expect(await inRaw(lake)).toEqual([]);
  const archived = await readFile(join(lake.directory, `${files[0]?.location ?? ''}.meta.json`), 'utf8');
  expect(JSON.parse(archived)).toEqual(says);
  expect(notices).toEqual([]);
});

test.each([
  ['one row more', { ...FACTS, rows: 4 }, '4 rows, but 3 came'],
  ['one row less', { ...FACTS, rows: 2 }, '2 rows, but 3 came'],
  [
    'one byte more',
    { ...FACTS, bytes: FACTS.bytes + 1 },
    `${FACTS.bytes + 1} bytes, but ${FACTS.bytes} came`,
  ],
  ['one byte less', { bytes: FACTS.bytes - 1 }, `${FACTS.bytes - 1} bytes, but ${FACTS.bytes} came`],
  ['another hash', { sha256: 'ab'.repeat(32) }, `but ${FACTS.sha256} came`],
])('a file is rejected whose sidecar says %s, and the reason says both', async (_, says, reason) => {
  const lake = await TestLake.open();
  const { files, dates } = await lake.run(sidecar(says), file);
  expect(files).toMatchObject([{ status: 'failed', rows: 0, location: 'archive/rejected/streams/x.csv' }]);
  expect(files[0]?.error).toContain(reason);
  expect(dates).toEqual([]);
  expect(await inRaw(lake)).toEqual([]);
  const rejected = join(lake.directory, 'archive/rejected/streams');
  expect((await readdir(rejected)).sort()).toEqual(['x.csv', 'x.csv.meta.json', 'x.csv.reasons.json']);
  expect(await readFile(join(rejected, 'x.csv.reasons.json'), 'utf8')).toContain('"sidecar_mismatch"');
});

test.each([
  ['no JSON', '{"rows": 3'],
  ['empty', ''],
  ['a list', [3]],
  ['rows as text', { rows: '3' }],
  ['a broken number', { bytes: 1.5 }],
  ['less than nothing', { rows: -1 }],
  ['a short hash', { sha256: 'abc' }],
  ['larger than any sidecar', `{"note":"${'x'.repeat(64 * 1024)}"}`],
])('a sidecar that is %s rejects the file: what it says cannot be relied on', async (_, says) => {
  const lake = await TestLake.open();
  const { files } = await lake.run(sidecar(says), file);
  expect(files).toMatchObject([{ status: 'failed' }]);
  const reasons = join(lake.directory, 'archive/rejected/streams/x.csv.reasons.json');
  expect(await readFile(reasons, 'utf8')).toContain('"sidecar_unreadable"');
  expect(await inRaw(lake)).toEqual([]);
});

test('of a compressed file the bytes and hash are meant as received, the rows as unpacked', async () => {
  const lake = await TestLake.open();
  const packed = gzipSync(TEXT);
  const says = { rows: 3, bytes: packed.length, sha256: createHash('sha256').update(packed).digest('hex') };
  const gz: Drop = { dataset: 'streams', filename: 'y.csv.gz', text: packed };
  expect((await lake.run(sidecar(says, 'y.csv.gz'), gz)).files).toMatchObject([{ status: 'success' }]);
});

test('a truncated file that cannot be read either is rejected because it is truncated', async () => {
  const lake = await TestLake.open();
  const cut = gzipSync(TEXT).subarray(0, -12);
  const gz: Drop = { dataset: 'streams', filename: 'y.csv.gz', text: cut };
  const { files } = await lake.run(sidecar({ bytes: cut.length + 12 }, 'y.csv.gz'), gz);
  expect(files[0]?.error).toContain(`says: ${cut.length + 12} bytes, but ${cut.length} came`);
});

test('with a right sidecar the same file, time and all, is taken after all', async () => {
  const lake = await TestLake.open();
  await lake.run(sidecar({ rows: 4 }), file);
  const { files } = await lake.run(sidecar({ rows: 3 }), file);
  expect(files).toMatchObject([{ status: 'success' }]);
});

test('a sidecar without its file is no stranger and waits for it', async () => {
  const notices: string[] = [];
  const lake = await TestLake.open({}, (event) => {
    if (event.type === 'notice') notices.push(event.subject);
  });
  await lake.run(sidecar({ rows: 4 }));
  expect(await inRaw(lake)).toEqual(['x.csv.meta.json']);
  expect((await lake.run(file)).files).toMatchObject([{ status: 'failed' }]);
  expect(notices).toEqual([]);
});

test('a catalogue file is held to its sidecar as well, and a rejected one takes it along', async () => {
  const lake = await TestLake.open();
  const catalogue: Drop = { dataset: 'songs', filename: 'songs.csv', text: songs('a pop', 'b rock') };
  const wrong = await lake.run(sidecar({ rows: 5 }, 'songs.csv', 'songs'), catalogue);
  expect(wrong.catalogue).toMatchObject([{ status: 'failed' }]);
  expect(await readdir(join(lake.directory, 'raw/songs'))).toEqual([]);
  const right = await lake.run(sidecar({ rows: 2 }, 'songs.csv', 'songs'), catalogue);
  expect(right.catalogue).toMatchObject([{ status: 'success' }]);
  expect(existsSync(join(lake.directory, 'raw/songs/songs.csv.meta.json'))).toBe(true);
});

test('stages that are run one by one hold a file to its sidecar and archive both', async () => {
  const lake = await TestLake.open();
  for (const drop of [sidecar({ rows: 4 }), file]) await lake.drop(drop);
  for (const stage of [
    'check_if_processed',
    'validate_streams',
    'mark_as_processed',
    'archive_stream_file',
  ] as const)
    await lake.hitparade.stage(stage, { run: 'r' });
  expect(await lake.file('x.csv')).toMatchObject({ status: 'failed' });
  expect(await inRaw(lake)).toEqual([]);
});
