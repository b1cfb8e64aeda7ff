import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScanRejectedError } from '../../src/csv/errors.ts';
import { allRecords, bytesOf, limitsOf, snapshotOf, temporaryDirectory } from './harness.ts';
import { referenceRecords, type ReferenceRecord } from './reference-scanner.ts';

const directory = temporaryDirectory();

interface Case {
  readonly rule: string;
  readonly input: string | Uint8Array;
  /** [line, byte, raw, ...structural reasons] of each record after the header */
  readonly records: readonly (readonly [number, number, string, ...string[]])[];
}

/** What needs to be trimmed or unquoted. */
const PADDED = /^[ \t]|[ \t]$|"/;

/** The values of the well-formed ones among these records, if no value is quoted. */
const valuesOf = (file: Buffer, records: readonly ReferenceRecord[]): readonly string[] =>
  records
    .filter(({ reasons }) => reasons.length === 0)
    .flatMap(({ byte, end }) => file.toString('utf8', byte, end).split(','));

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const CASES: readonly Case[] = [
  {
    rule: 'LF ends a record',
    input: 'a,b\n1,2\n3,4\n',
    records: [
      [2, 4, '1,2'],
      [3, 8, '3,4'],
    ],
  },
  {
    rule: 'CRLF ends a record and one line',
    input: 'a,b\r\n1,2\r\n3,4\r\n',
    records: [
      [2, 5, '1,2'],
      [3, 10, '3,4'],
    ],
  },
  {
    rule: 'a lone CR ends a record',
    input: 'a,b\r1,2\r3,4\r',
    records: [
      [2, 4, '1,2'],
      [3, 8, '3,4'],
    ],
  },
  {
    rule: 'line ends may be mixed',
    input: 'a,b\r1,2\n3,4\r\n5,6',
    records: [
      [2, 4, '1,2'],
      [3, 8, '3,4'],
      [4, 13, '5,6'],
    ],
  },
  { rule: 'the last record needs no line end', input: 'a,b\n1,2', records: [[2, 4, '1,2']] },
  {
    rule: 'a blank line is a line but no record',
    input: '\n\r\n\ra,b\n\n1,2\r\r3,4\n\r\n',
    records: [
      [6, 9, '1,2'],
      [8, 14, '3,4'],
    ],
  },
  { rule: 'LF CR is two line ends', input: 'a,b\n\r1,2\n', records: [[3, 5, '1,2']] },
  { rule: 'a line of blanks is a record', input: 'a,b\n  \n', records: [[2, 4, '  ', 'wrong_column_count']] },
  { rule: 'a byte order mark is skipped but counted', input: '\uFEFFa,b\n1,2\n', records: [[2, 7, '1,2']] },
  {
    rule: 'a quoted field may hold separators and line ends',
    input: 'a,b\n"x,\n\r\n\ry",2\n3,4\n',
    records: [
      [2, 4, '"x,\n\r\n\ry",2'],
      [6, 16, '3,4'],
    ],
  },
  {
    rule: 'a doubled quote stands for one',
    input: 'a,b\n"x""y",""\n"""",""""""\n',
    records: [
      [2, 4, '"x""y",""'],
      [3, 14, '"""",""""""'],
    ],
  },
  {
    rule: 'a lone empty quoted field is a record',
    input: 'a\n""\n""',
    records: [
      [2, 2, '""'],
      [3, 5, '""'],
    ],
  },
  {
    rule: 'empty fields count',
    input: 'a,b\n,\n,,\n',
    records: [
      [2, 4, ','],
      [3, 6, ',,', 'wrong_column_count'],
    ],
  },
  {
    rule: 'a quote inside an unquoted field is malformed',
    input: 'a,b\nx"y,2\n1,2\n',
    records: [
      [2, 4, 'x"y,2', 'malformed_quote'],
      [3, 10, '1,2'],
    ],
  },
  {
    rule: 'a blank before an opening quote makes it misplaced',
    input: 'a,b\n1, "x"\n',
    records: [[2, 4, '1, "x"', 'malformed_quote']],
  },
  {
    rule: 'text after a closing quote is malformed',
    input: 'a,b\n"x"y,2\n1,2\n',
    records: [
      [2, 4, '"x"y,2', 'malformed_quote'],
      [3, 11, '1,2'],
    ],
  },
  {
    rule: 'after a misplaced quote the next line end ends the record',
    input: 'a,b\nx"y,"\n1,2\n',
    records: [
      [2, 4, 'x"y,"', 'malformed_quote'],
      [3, 10, '1,2'],
    ],
  },
  {
    rule: 'a stray opening quote takes lines until the next quote, and only those',
    input: 'a,b\n1,"x\n2,"y\n3,4\n',
    records: [
      [2, 4, '1,"x\n2,"y', 'malformed_quote'],
      [4, 14, '3,4'],
    ],
  },
  {
    rule: 'columns of a malformed record are its commas outside quotes',
    input: 'a,b\n"x,y"z,"u,v\n',
    records: [[2, 4, '"x,y"z,"u,v', 'wrong_column_count', 'malformed_quote']],
  },
  {
    rule: 'NUL is found in unquoted and quoted fields',
    input: 'a,b\n\0,2\n1,"\0"\n',
    records: [
      [2, 4, '\0,2', 'nul_byte'],
      [3, 8, '1,"\0"', 'nul_byte'],
    ],
  },
  {
    rule: 'all reasons are given, in their order',
    input: 'a,b\n\0"\n',
    records: [[2, 4, '\0"', 'wrong_column_count', 'malformed_quote', 'nul_byte']],
  },
  {
    rule: 'Latin-1 is not UTF-8, and only its record suffers',
    input: latin1('a,b\n1,\xe9\n3,4\n'),
    records: [
      [2, 4, '1,\xe9', 'invalid_utf8'],
      [3, 8, '3,4'],
    ],
  },
  {
    rule: 'an overlong form is not UTF-8',
    input: latin1('a,b\n1,\xc0\xaf\n'),
    records: [[2, 4, '1,\xc0\xaf', 'invalid_utf8']],
  },
  {
    rule: 'a surrogate is not UTF-8',
    input: latin1('a,b\n1,\xed\xa0\x80\n'),
    records: [[2, 4, '1,\xed\xa0\x80', 'invalid_utf8']],
  },
  {
    rule: 'a sequence cut off by the line end is not UTF-8',
    input: latin1('a,b\n1,\xf0\x9f\x8e\n\xb5,2\n'),
    records: [
      [2, 4, '1,\xf0\x9f\x8e', 'invalid_utf8'],
      [3, 10, '\xb5,2', 'invalid_utf8'],
    ],
  },
  {
    rule: 'UTF-8 beyond ASCII is clean',
    input: 'a,b\n1,é🎵\n',
    records: [[2, 4, Buffer.from('1,é🎵').toString('latin1')]],
  },
  { rule: 'spreadsheet formulas are data', input: 'a,b\n=cmd(),@x\n', records: [[2, 4, '=cmd(),@x']] },
];

async function recordsOf(input: string | Uint8Array, options = {}): Promise<unknown[]> {
  const snapshot = await snapshotOf(directory, input, options);
  const located = await allRecords(snapshot, options);
  return located.map(({ line, byte, raw, reasons }) => [
    line,
    byte,
    raw.toString('latin1'),
    ...reasons.filter((reason) => !reason.startsWith('rule_')),
  ]);
}

describe('records, lines, bytes and reasons', () => {
  for (const { rule, input, records } of CASES)
    it(rule, async () => {
      expect(await recordsOf(input)).toEqual(records);
      for (let blockBytes = 16; blockBytes < 40; blockBytes += 3)
        expect(await recordsOf(input, { blockBytes })).toEqual(records);
    });

  const soup = fc
    .array(
      fc.constantFrom('a', 'b', ',', ',', '"', '"', '\n', '\r', '\r\n', '\0', 'é', '🎵', '\u00ff', ' ', '\t'),
      {
        maxLength: 120,
        // Without it arrays stay so short that they fit into one block.
        size: 'max',
      },
    )
    .map((pieces) =>
      Buffer.concat(pieces.map((piece) => Buffer.from(piece, piece === '\u00ff' ? 'latin1' : 'utf8'))),
    );

  it('any bytes give what the rules say, whatever the blocks and chunks are', async () => {
    const chunks = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
    const small = { maxFieldBytes: 12, maxRecordBytes: 24 };
    await fc.assert(
      fc.asyncProperty(
        soup,
        fc.integer({ min: 16, max: 64 }),
        chunks,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (body, blockBytes, cuts, tight, nth) => {
          const limits = tight ? small : {};
          const file = Buffer.concat([Buffer.from('c,d\n'), body]);
          const expected = referenceRecords(file, limitsOf(limits));
          const options = { blockBytes, chunks: cuts, limits, segmentBytes: 50 };
          if (expected === undefined) {
            await expect(snapshotOf(directory, file, options)).rejects.toThrow(ScanRejectedError);
            return;
          }
          const snapshot = await snapshotOf(directory, file, options);
          const located = await allRecords(snapshot, options, nth);
          const data = expected.slice(1);
          if (!snapshot.padded)
            expect(valuesOf(file, data).filter((value) => PADDED.test(value))).toEqual([]);
          expect(snapshot.malformed).toBe(data.filter(({ reasons }) => reasons.length > 0).length);
          let row = 0;
          expect(located.map(({ raw, ...rest }) => ({ ...rest, raw: raw.toString('latin1') }))).toEqual(
            data.flatMap(({ line, byte, end, reasons }, i) => {
              if (reasons.length === 0 && ++row % nth !== 0) return [];
              return {
                record: i + 1,
                line,
                byte,
                reasons: reasons.length > 0 ? reasons : [`rule_${row}`],
                raw: file.toString('latin1', byte, Math.min(end, byte + limitsOf(limits).maxRecordBytes)),
                truncated: end - byte > limitsOf(limits).maxRecordBytes,
              };
            }),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('rows of stretches that nobody asks about count', async () => {
    const options = { blockBytes: 16, segmentBytes: 50 };
    const rows = Array.from({ length: 100 }, (_, i) => `${i + 1},x\n`).join('');
    const snapshot = await snapshotOf(directory, bytesOf(`a,b\n${rows}`), options);
    const located = await allRecords(snapshot, options, 40);
    expect(located.map(({ record, line, raw }) => [record, line, raw.toString()])).toEqual([
      [40, 41, '40,x'],
      [80, 81, '80,x'],
    ]);
  });

  it('a header that begins with blank lines or is quoted is found all the same', async () => {
    const snapshot = await snapshotOf(directory, bytesOf('\r\n\n"a ""x"""," b,\nc ",\n1,2,3\n'));
    expect(snapshot).toMatchObject({ header: ['a "x"', 'b,\nc', ''], records: 1, malformed: 0 });
  });

  it.each([
    ['c d,e\n,\n\tf g', true],
    ['c d,e f\ng\th,i', false],
    ['c ,d', true],
    ['c,d\t\n', true],
    ['c,d \r\n', true],
    [' ,d', true],
    ['c,d\r\ne,f\r\n', false],
    ['c,"d"', true],
    ['"c" ,d', true],
    ['é,🎵\n', false],
    [',\nc,\n,d\r\n', false],
  ])('%j: may need trimming: %s', async (rows, padded) => {
    for (const blockBytes of [16, 17, 64]) {
      const snapshot = await snapshotOf(directory, `a,b\n${rows}`, { blockBytes });
      expect(snapshot).toMatchObject({ padded });
    }
  });
});
