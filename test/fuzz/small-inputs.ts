import { DEFAULT_SCAN_LIMITS, type ScanLimits } from '../../src/csv/limits.ts';
import { Random } from '../../src/samples/random.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Bytes that mean something to CSV, to UTF-8, or to a careless program, and some that mean nothing. */
const TOKENS: readonly Buffer[] = [
  ...[',', ',', ',', ',', '"', '"', '"', '\n', '\n', '\n', '\r', '\r\n', '""', '","', '"\n', '\n"', '",\n'],
  ...[
    'a',
    'b',
    'c',
    '12',
    ' ',
    '\t',
    'user',
    '2024-06-25 10:00:00',
    '\0',
    'x'.repeat(9),
    '\\',
    "'",
    ';',
    '#',
    '=1',
  ],
  ...[
    '\xc3\xa9',
    '\xf0\x9f\x8e\xb5',
    '\xe2\x80\xa8',
    '\xef\xbb\xbf',
    '\xc3',
    '\xa9',
    '\xff',
    '\xc0\xaf',
    '\xed\xa0\x80',
    '\xf0\x9f',
  ],
].map(latin1);
const FIELDS: readonly Buffer[] = [
  '',
  'a',
  'bc',
  '"a"',
  '"a,b"',
  '"a\nb"',
  '"\r\n"',
  '""',
  '""""',
  '"a""b"',
  '\xc3\xa9',
  '7',
  'NULL',
  ' ',
].map(latin1);
const ENDS: readonly Buffer[] = ['\n', '\n', '\n', '\n', '\r\n', '\r', '\n\n', '\n\r'].map(latin1);
const HEADERS: readonly Buffer[] = [
  'a\n',
  'a,b\n',
  'a,b,c\n',
  '"a",b\n',
  '\na,b\r\n',
  '\xef\xbb\xbfa,b\n',
  'a,b\r',
  'a,b\n\n',
].map(latin1);
const COMMA = latin1(',');
const MARKS: readonly Buffer[] = [
  '\xff\xfe',
  '\xfe\xff',
  '\xff\xfe\0\0',
  '\0\0\xfe\xff',
  '\x1f\x8b',
  '\xef\xbb',
  '\xef\xbb\xbf',
].map(latin1);

export interface SmallInput {
  readonly text: Buffer;
  readonly limits: ScanLimits;
  readonly blockSizes: readonly [number, number];
}

/** The n-th input of a seed: rows with some faults, or a soup of tokens, under usual or tight limits. */
export function smallInput(seed: number, n: number): SmallInput {
  const random = new Random('csv-fuzz', seed, n);
  const any = (from: readonly Buffer[]): Buffer => from[random.below(from.length)] ?? COMMA;
  const pieces: Buffer[] = [];
  if (random.perMille(20)) pieces.push(any(MARKS));
  if (random.perMille(850)) pieces.push(any(HEADERS));
  const count = random.below(random.perMille(100) ? 60 : 16);
  if (random.perMille(500)) for (let i = 0; i < count; i++) pieces.push(any(TOKENS));
  else rows(random, any, pieces, count);
  const tight = random.perMille(150);
  const text = Buffer.concat(pieces);
  return {
    text,
    limits: {
      ...DEFAULT_SCAN_LIMITS,
      maxRecordBytes: tight ? 8 + random.below(24) : 256,
      maxFieldBytes: tight ? 4 + random.below(16) : 128,
      maxColumns: tight ? 2 : 8,
    },
    // Small ones, so that records cross their borders, and one that holds all.
    blockSizes: [16 + random.below(48), Math.max(16, text.length + random.below(2))],
  };
}

/** Mostly as many fields as two columns need, so that most records are fine. */
function rows(
  random: Random,
  any: (from: readonly Buffer[]) => Buffer,
  pieces: Buffer[],
  count: number,
): void {
  for (let i = 0; i < count / 2; i++) {
    pieces.push(any(FIELDS), COMMA, any(FIELDS));
    if (random.perMille(80)) pieces.push(any(TOKENS));
    pieces.push(any(ENDS));
  }
  if (random.perMille(500)) pieces.pop();
}
