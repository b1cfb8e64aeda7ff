import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/csv/snapshot.ts';
import { cleanText, snapshotOf, temporaryDirectory } from './harness.ts';

const directory = temporaryDirectory();
let connection: DuckDBConnection;
let instance: DuckDBInstance;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

/** What DuckDB reads, empty text for NULL. */
async function duckdbRows({ clean, header }: Snapshot): Promise<string[][]> {
  const columns = header.map((_, i) => `'c${i}': 'VARCHAR'`).join(', ');
  const reader = await connection.runAndReadAll(
    `FROM read_csv('${clean.path}', columns = {${columns}}, auto_detect = false, delim = ',', quote = '"',
      escape = '"', new_line = '\\n', strict_mode = true, header = ${clean.header}, parallel = ${!clean.quoted})`,
  );
  return reader.getRowsJS().map((row) => row.map((value) => (typeof value === 'string' ? value : '')));
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

describe('the clean file', () => {
  it('is read to the rows that were written, by csv-parse and by DuckDB', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 16, max: 64 }), async (written, blockBytes) => {
        const snapshot = await snapshotOf(directory, written.file, { blockBytes });
        expect(snapshot).toMatchObject({
          header: written.header,
          records: written.rows.length + written.malformed,
          malformed: written.malformed,
        });
        expect(snapshot.clean.quoted).toBe((await cleanText(snapshot)).includes('"'));
        expect(csvParseRows(await cleanText(snapshot))).toEqual(written.rows);
        expect(await duckdbRows(snapshot)).toEqual(written.rows);
      }),
      { numRuns: 150 },
    );
  });

  it('is the raw copy for a file that an engine can read as it came', async () => {
    for (const [text, quoted] of [
      ['a,b\n1,2\n', false],
      ['a,b\n1,2', false],
      ['a,b\n"1",2\n', true],
      ['a,b\n', false],
      ['a,b', false],
      ['a\n""', true],
    ] as const) {
      const snapshot = await snapshotOf(directory, text);
      expect(snapshot.clean, text).toEqual({ path: snapshot.rawPath, header: true, quoted });
      expect(await duckdbRows(snapshot)).toEqual(csvParseRows(await cleanText(snapshot)));
    }
  });

  it('is written anew for a file that deviates, however late', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${i},x\n`).join('');
    for (const [text, expected] of [
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
        expect(snapshot.clean).toMatchObject({ path: directory.path('clean'), header: false });
        expect((await readFile(snapshot.clean.path)).toString()).toBe(expected);
        expect((await readFile(snapshot.rawPath)).toString()).toBe(text);
      }
  });

  it('is empty for a file without records', async () => {
    for (const text of ['', '\uFEFF', '\n\r\n\r']) {
      const snapshot = await snapshotOf(directory, text);
      expect(snapshot).toMatchObject({ header: [], records: 0, malformed: 0 });
      expect(snapshot.clean).toMatchObject({ header: false, quoted: false });
      if (text === '') expect(snapshot.clean.path).toBe(snapshot.rawPath);
      else expect((await readFile(snapshot.clean.path)).length).toBe(0);
    }
  });
});
