import { CsvError, parse } from 'csv-parse/sync';

/** A record as csv-parse and the documented rules see it; texts are Latin-1, one character a byte. */
export interface IndependentRecord {
  readonly byte: number;
  readonly end: number;
  /** Values without their quotes; of a record with a misplaced quote nothing is said of values. */
  readonly values: readonly string[] | undefined;
  /** Lengths of the fields as they stand in the file. */
  readonly lengths: readonly number[];
}

export interface IndependentReading {
  readonly records: readonly IndependentRecord[];
  /** The last record opens a quote for good. */
  readonly unterminated: boolean;
}

/**
 * Reads a text with csv-parse in its strict mode. Where that gives up, at a misplaced quote, the rule of
 * decision 8 goes on: from that quote on quotes mean nothing, and the next line end ends the record. That
 * is the only difference that is modelled; a byte order mark is taken off before, and NUL is shown to
 * csv-parse as another byte, because it takes a NUL after a closing quote for the end of the file.
 */
export function readIndependently(text: Buffer): IndependentReading {
  const records: IndependentRecord[] = [];
  const shown = Buffer.from(text);
  for (let at = shown.indexOf(0); at >= 0; at = shown.indexOf(0, at + 1)) shown[at] = 1;
  let from = 0;
  while (from < shown.length) {
    const failure = readStrictly(shown, from, records);
    if (failure === undefined) break;
    if (failure === 'unterminated') return { records, unterminated: true };
    records.push(failure);
    from = afterLineEnd(shown, failure.end);
  }
  return { records, unterminated: false };
}

interface Field {
  readonly value: string;
  readonly length: number;
}

/** Adds the records from `from` on; returns the one at which csv-parse gives up, as our rules have it. */
function readStrictly(
  text: Buffer,
  from: number,
  records: IndependentRecord[],
): IndependentRecord | 'unterminated' | undefined {
  let fields: Field[] = [];
  let next = from;
  try {
    parse(text.subarray(from), {
      encoding: 'latin1',
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      cast: (value, { quoting }) => {
        const quotes = quoting ? 2 + value.split('"').length - 1 : 0;
        fields.push({ value, length: value.length + quotes });
        return value;
      },
      on_record: (values: string[], { bytes }) => {
        const byte = skipBlankLines(text, next);
        next = from + bytes;
        records.push({
          byte,
          end: beforeLineEnd(text, next),
          values,
          lengths: fields.map(({ length }) => length),
        });
        fields = [];
        return null;
      },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') return 'unterminated';
    if (error.code !== 'CSV_INVALID_CLOSING_QUOTE' && error.code !== 'INVALID_OPENING_QUOTE') throw error;
    return misquoted(text, skipBlankLines(text, next), fields);
  }
}

/** The record at `byte`, whose field after `fields` has a misplaced quote. */
function misquoted(text: Buffer, byte: number, fields: readonly Field[]): IndependentRecord {
  const start = fields.reduce((at, { length }) => at + length + 1, byte);
  const rest = text.toString('latin1', start);
  const closed = /^"(?:[^"]|"")*"/.exec(rest)?.[0].length ?? 0;
  const tail = /^[^\r\n]*/.exec(rest.slice(closed))?.[0] ?? '';
  const [first = '', ...others] = tail.split(',');
  const lengths = [
    ...fields.map(({ length }) => length),
    closed + first.length,
    ...others.map((other) => other.length),
  ];
  return { byte, end: start + closed + tail.length, values: undefined, lengths };
}

const isLineEnd = (byte: number | undefined): boolean => byte === 10 || byte === 13;

function skipBlankLines(text: Buffer, from: number): number {
  let at = from;
  while (isLineEnd(text[at])) at++;
  return at;
}

function beforeLineEnd(text: Buffer, to: number): number {
  if (text[to - 1] === 10 && text[to - 2] === 13) return to - 2;
  return isLineEnd(text[to - 1]) ? to - 1 : to;
}

function afterLineEnd(text: Buffer, at: number): number {
  if (text[at] === 13 && text[at + 1] === 10) return at + 2;
  return Math.min(at + 1, text.length);
}
