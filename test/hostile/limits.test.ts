import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { TestLake, type Drop } from '../support/test-lake.ts';

const HEADER = 'user_id,track_id,listen_time\n';
const TIME = '2024-06-25 10:00:00';
const row = (user: string, track = 't', time = TIME): string => `${user},${track},${time}\n`;
const rows = (count: number): string =>
  HEADER + Array.from({ length: count }, (_, i) => row(`u${i}`)).join('');

/** Rows of about 72 bytes, `bytes` long in all. */
function ofSize(bytes: number): string {
  let text = HEADER;
  while (bytes - text.length >= 100) text += row('u'.repeat(10), 't'.repeat(40));
  const last = bytes - text.length - row('', 't').length;
  return text + row('u'.repeat(last), 't');
}

const file = (filename: string, text: string | Buffer): Drop => ({ dataset: 'streams', filename, text });

/** Gzip with a file name in it that makes it exactly `bytes` long. */
function gzipOf(text: string, bytes: number): Buffer {
  const packed = gzipSync(text);
  const name = Buffer.alloc(bytes - packed.length - 1, 'n');
  packed[3] = 8;
  return Buffer.concat([packed.subarray(0, 10), name, Buffer.alloc(1), packed.subarray(10)]);
}

type Outcome = readonly [valid: number, bad: number] | RegExp;

async function outcomes(
  limits: NonNullable<Parameters<typeof TestLake.open>[0]>['limits'],
  cases: readonly (readonly [Drop, Outcome])[],
): Promise<void> {
  const lake = await TestLake.open({ limits });
  const { files } = await lake.run(...cases.map(([drop]) => drop));
  expect(files).toHaveLength(cases.length);
  for (const [{ filename }, expected] of cases) {
    const found = files.find((each) => each.filename === filename);
    if (expected instanceof RegExp) {
      expect(found, filename).toMatchObject({ status: 'failed', rows: 0, valid: 0, bad: 0 });
      expect(found?.error).toMatch(expected);
    } else {
      const [valid, bad] = expected;
      expect(found, filename).toMatchObject({
        status: 'success',
        rows: valid + bad,
        valid,
        bad,
        error: null,
      });
    }
  }
}

test('limits of rows set a row aside from the first byte beyond, and no sooner', async () => {
  const user = (length: number): string => 'u'.repeat(length);
  await outcomes({ maxFieldBytes: 30, maxRecordBytes: 80 }, [
    [file('field-29.csv', HEADER + row(user(29)) + row('v')), [2, 0]],
    [file('field-30.csv', HEADER + row(user(30)) + row('v')), [2, 0]],
    [file('field-31.csv', HEADER + row(user(31)) + row('v')), [1, 1]],
    [file('row-79.csv', HEADER + row(user(30), 't'.repeat(28)) + row('v')), [2, 0]],
    [file('row-80.csv', HEADER + row(user(30), 't'.repeat(29)) + row('v')), [2, 0]],
    [file('row-81.csv', HEADER + row(user(30), 't'.repeat(30)) + row('v')), [1, 1]],
    [
      file('header-31.csv', `${HEADER.trimEnd()},${'x'.repeat(31)}\n${row('u')}`),
      /first line.* has a field of more than 30 bytes\..*raise max-field-bytes, with --max-field-bytes/,
    ],
    [
      file('header-81.csv', `${HEADER.trimEnd()},${'x'.repeat(26)},${'y'.repeat(25)}\n${row('u')}`),
      /first line.* has more than 80 bytes\..*raise max-row-bytes, with --max-row-bytes/,
    ],
    [
      file(
        'header-80.csv',
        `${HEADER.trimEnd()},${'x'.repeat(26)},${'y'.repeat(24)}\n${row('u').trimEnd()},,\n`,
      ),
      [1, 0],
    ],
  ]);
});

test('limits of files reject a file from the first one beyond, say so, and how to raise them', async () => {
  const header = (columns: number): string =>
    [HEADER.trimEnd(), 'x', 'y', 'z'].slice(0, columns - 2).join(',') +
    '\n' +
    row('u').trimEnd() +
    ','.repeat(columns - 3);
  const dates = (count: number): string =>
    HEADER + Array.from({ length: count }, (_, i) => row('u', 't', `2024-06-0${i + 1} 10:00:00`)).join('');
  await outcomes({ maxColumns: 5, maxRecords: 10, maxBytes: 700, maxDatesPerFile: 3 }, [
    [file('columns-4.csv', header(4)), [1, 0]],
    [file('columns-5.csv', header(5)), [1, 0]],
    [
      file('columns-6.csv', header(6)),
      /has 6 columns; at most 5 are allowed\..*raise max-columns, with --max-columns or/,
    ],
    [file('rows-9.csv', rows(9)), [9, 0]],
    [file('rows-10.csv', rows(10)), [10, 0]],
    [file('rows-11.csv', rows(11)), /more than 10 rows\..*raise max-rows, with --max-rows or/],
    [file('bytes-699.csv', ofSize(699)), [9, 0]],
    [file('bytes-700.csv', ofSize(700)), [9, 0]],
    [
      file('bytes-701.csv', ofSize(701)),
      /larger than 700 bytes as it was received\..*raise max-file-bytes, with --max-file-bytes or/,
    ],
    [file('unpacked-700.csv.gz', gzipSync(ofSize(700))), [9, 0]],
    [
      file('unpacked-701.csv.gz', gzipSync(ofSize(701))),
      /larger than 700 bytes when it is unpacked\..*raise max-file-bytes/,
    ],
    [file('dates-2.csv', dates(2)), [2, 0]],
    [file('dates-3.csv', dates(3)), [3, 0]],
    [
      file('dates-4.csv', dates(4)),
      /plays of 4 dates.*at most 3 are allowed.*raise max-dates-per-file, with --max-dates-per-file or/,
    ],
  ]);
});

test('gzip is refused from the first byte beyond its ratio, and only where there is enough of it', async () => {
  const text = rows(59) + row('u'.repeat(5 - ((rows(59).length + row('').length) % 5)));
  const free = text.length - 1;
  // As many bytes as a file of exactly the ratio has.
  const exact = Math.ceil(text.length / 5);
  expect(text.length).toBe(exact * 5);
  await outcomes({ maxGzipRatio: 5, gzipRatioFreeBytes: free }, [
    [file('below.csv.gz', gzipOf(text, exact + 1)), [60, 0]],
    [file('at.csv.gz', gzipOf(text, exact)), [60, 0]],
    [
      file('above.csv.gz', gzipOf(text, exact - 1)),
      /more than 5 times its size.*raise max-gzip-ratio, with --max-gzip-ratio or/,
    ],
    [file('short.csv.gz', gzipOf(text.slice(0, -1), exact - 1)), [60, 0]],
  ]);
});

test('a file that a limit refused is judged again, with its old name and time, once the limit is another', async () => {
  const small = await TestLake.open({ limits: { maxRecords: 2 } });
  const { files } = await small.run(file('three.csv', rows(3)));
  expect(files).toMatchObject([{ status: 'failed', location: 'archive/rejected/streams/three.csv' }]);
  const [archived, raw] = ['archive/rejected/streams/three.csv', 'raw/streams/three.csv'].map((key) =>
    join(small.directory, key),
  ) as [string, string];
  const { mtimeMs } = await stat(archived);

  await rename(archived, raw);
  expect((await small.run()).files).toMatchObject([{ status: 'failed' }]);
  const [first] = await small.hitparade.files('three.csv');
  expect(await small.hitparade.files('three.csv')).toHaveLength(1);
  await small.hitparade.close();

  await rename(archived, raw);
  expect((await stat(raw)).mtimeMs).toBe(mtimeMs);
  const large = await TestLake.open({ lake: small.directory, limits: { maxRecords: 3 } });
  expect((await large.run()).files).toMatchObject([{ status: 'success', valid: 3 }]);
  expect(await large.hitparade.files('three.csv')).toMatchObject([
    { status: 'success' },
    { status: 'failed', log_number: first?.log_number },
  ]);
});
