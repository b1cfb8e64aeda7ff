import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/csv/snapshot.ts';
import { DuckdbEngine } from '../../src/engines/duckdb.ts';
import { cleanText, snapshotOf, temporaryDirectory } from './harness.ts';

const directory = temporaryDirectory();
let engine: DuckdbEngine;
beforeAll(async () => {
  engine = await DuckdbEngine.open({
    memoryLimit: '512MB',
    threads: 2,
    spillDirectory: directory.path('spill'),
    directories: [directory.path('')],
    smallBytes: 0,
  });
});
afterAll(() => engine.close());

/** What our engine reads of the segments, empty text for NULL. */
async function engineRows({ segments, header }: Snapshot): Promise<string[][]> {
  const columns = header.map((_, i) => `c${i}`);
  const { rows } = await engine.run({
    name: 'read',
    inputs: { t: { format: 'csv', segments, columns, maxRecordBytes: 4096, rowColumn: 'r' } },
    steps: [{ name: 'ordered', sql: 'SELECT * FROM t ORDER BY r' }],
    outputs: { rows: { format: 'rows', from: 'ordered' } },
  });
  return (rows['rows'] ?? []).map((row, i) => {
    expect(row['r']).toBe(BigInt(i + 1));
    return columns.map((column) => String(row[column] ?? ''));
  });
}

function csvParseRows(text: Buffer): string[][] {
  return parse(text, { record_delimiter: '\n' });
}

interface Written {
  readonly file: Buffer;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly malformed: number;
}

const quote = (field: string): string => `"${field.replaceAll('"', '""')}"`;
const field = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    '007',
    ' b ',
    '"',
    '""',
    ',',
    '\n',
    '\r',
    '\r\n',
    'NULL',
    '=1+1',
    '#',
    '\\',
    "'",
    '\t',
  ),
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0')),
);
/** A field as it may be written: quoted if it must be, or if it likes to be. */
const writtenField = fc.record({ value: field, quoted: fc.boolean() }).map(({ value, quoted }) => ({
  value,
  text: quoted || /[",\r\n]/.test(value) ? quote(value) : value,
}));

const file: fc.Arbitrary<Written> = fc
  .record({ columns: fc.integer({ min: 1, max: 4 }), plain: fc.boolean() })
  .chain(({ columns, plain }) => {
    const row = fc.array(writtenField, { minLength: columns, maxLength: columns }).map((fields) => {
      const text = fields.map((each) => each.text).join(',');
      // A single empty field without quotes would be a blank line.
      return {
        good: true,
        bytes: Buffer.from(text === '' ? '""' : text),
        fields: fields.map((each) => each.value),
      };
    });
    const bad = fc.constantFrom('a"b', '"a"b', ','.repeat(columns), '\0', '\u00ff').map((text) => ({
      good: false,
      bytes: Buffer.from(text, text === '\u00ff' ? 'latin1' : 'utf8'),
      fields: [],
    }));
    return fc
      .record({
        bom: fc.boolean(),
        records: fc.array(plain ? row : fc.oneof({ weight: 4, arbitrary: row }, bad), {
          maxLength: 30,
          size: 'max',
        }),
        ends: fc.array(plain ? fc.constant('\n') : fc.constantFrom('\n', '\n', '\r\n', '\r', '\n\n'), {
          minLength: 1,
          maxLength: 7,
        }),
        open: fc.boolean(),
      })
      .map(({ bom, records, ends, open }) => {
        const header = Array.from({ length: columns }, (_, i) => `column ${i}`);
        const all = [Buffer.from(header.join(',')), ...records.map(({ bytes }) => bytes)];
        const lines = all.flatMap((bytes, i) => {
          const last = i === all.length - 1;
          return [bytes, Buffer.from(last && open ? '' : (ends[i % ends.length] ?? '\n'))];
        });
        if (bom && !plain) lines.unshift(Buffer.from('\uFEFF'));
        const good = records.filter((record) => record.good);
        return {
          file: Buffer.concat(lines),
          header,
          rows: good.map(({ fields }) => fields),
          malformed: records.length - good.length,
        };
      });
  });

describe('the segments', () => {
  it('are read to the rows that were written, by csv-parse and by the engine, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.integer({ min: 16, max: 64 }),
        fc.constantFrom(1, 40, 1_000_000),
        async (written, blockBytes, segmentBytes) => {
          const snapshot = await snapshotOf(directory, written.file, { blockBytes, segmentBytes });
          expect(snapshot).toMatchObject({
            header: written.header,
            records: written.rows.length + written.malformed,
            malformed: written.malformed,
          });
          expect(csvParseRows(await cleanText(snapshot))).toEqual(written.rows);
          expect(await engineRows(snapshot)).toEqual(written.rows);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('hold the well-formed records alone, each ended by LF', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${i},x\n`).join('');
    for (const [text, expected] of [
      ['a,b\n1,2\n', '1,2\n'],
      ['a,b\n1,2', '1,2\n'],
      ['a,b\n"1",2\n', '"1",2\n'],
      ['a,b\n', ''],
      ['a,b', ''],
      ['\uFEFFa,b\n1,2\n', '1,2\n'],
      ['"a",b\n1,2\n', '1,2\n'],
      ['\na,b\n1,2\n', '1,2\n'],
      ['a,b\r\n1,2\n', '1,2\n'],
      ['a,b\n1,2\r\n"3\r\n",4', '1,2\n"3\r\n",4\n'],
      ['a,b\n1,2\n\n', '1,2\n'],
      ['a,b\n1\n', ''],
      [`a,b\n${rows}1\n${rows}`, rows + rows],
      [`a,b\n${rows}\n5,6`, `${rows}5,6\n`],
      [`a,b\n${rows}5,6\r`, `${rows}5,6\n`],
    ] as const)
      for (let blockBytes = 16; blockBytes < 48; blockBytes += 5) {
        const snapshot = await snapshotOf(directory, text, { blockBytes });
        expect((await cleanText(snapshot)).toString()).toBe(expected);
      }
  });

  it('begin where a record begins, and know how many rows they have', async () => {
    const rows = ['1,"a\nb"', '2,x', '3,"y"', '4', '5,z'];
    const snapshot = await snapshotOf(directory, `a,b\n${rows.join('\n')}\n`, {
      blockBytes: 16,
      segmentBytes: 1,
    });
    const texts = await Promise.all(
      snapshot.segments.map(async ({ path }) => (await readFile(path)).toString()),
    );
    expect(texts).toEqual(['1,"a\nb"\n2,x\n', '3,"y"\n5,z\n']);
    expect(snapshot.segments.map(({ rows }) => rows)).toEqual([2, 2]);
  });

  it('of a file without records are none', async () => {
    for (const text of ['', '\uFEFF', '\n\r\n\r']) {
      const snapshot = await snapshotOf(directory, text);
      expect(snapshot).toMatchObject({ header: [], records: 0, malformed: 0, segments: [] });
    }
  });
});
