import { gzipSync } from 'node:zlib';
import { Random } from '../../src/samples/random.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/stages/limits.ts';
import type { PlayFile } from './two-engines.ts';

/** A file whose verdict is known, because every row was made to have its own. */
export interface LargeInput extends PlayFile {
  readonly bytes: Buffer;
  readonly unpackedBytes: number;
  /** Line breaks within quotes. */
  readonly quotedBreaks: number;
  readonly expected: {
    readonly rejected: string | undefined;
    readonly rows: number;
    readonly reasons: Readonly<Record<string, number>>;
  };
}

const MIB = 1024 * 1024;
const TIME = '2024-06-25 10:00:00';
const BREAKS = ['\n', '\r\n', '\r', '\n\n', '",', '""', ',', '\n"",\n'] as const;

/** How a text is built up, with its verdict. */
class Draft {
  readonly random: Random;
  readonly limits: Limits;
  readonly quoted: boolean;
  readonly pieces: string[];
  readonly reasons: Record<string, number> = {};
  length: number;
  rows = 0;
  quotedBreaks = 0;

  constructor(random: Random, limits: Limits, quoted: boolean) {
    this.random = random;
    this.limits = limits;
    this.quoted = quoted;
    this.pieces = ['user_id,track_id,listen_time\n'];
    this.length = this.pieces[0]?.length ?? 0;
  }

  /** A row whose track makes it as long as asked, without its line end. */
  row(length: number): void {
    this.rows++;
    const user = `u${this.rows}`;
    const around = user.length + 2 + TIME.length;
    this.#push(`${user},${this.#field(Math.max(3, length - around))},${TIME}\n`);
    const record = Math.max(length, around + 3);
    if (record - around > this.limits.maxFieldBytes) this.#bad('field_too_long');
    if (record > this.limits.maxRecordBytes) this.#bad('row_too_long');
  }

  /** A row whose track has so many bytes, quotes included. */
  rowWithField(bytes: number): void {
    this.row(bytes + `u${this.rows + 1}`.length + 2 + TIME.length);
  }

  badRow(): void {
    this.rows++;
    if (this.random.perMille(500)) {
      this.#push('too,few\n');
      this.#bad('wrong_column_count');
    } else {
      this.#push(`,${this.#field(9)},${TIME}\n`);
      this.#bad('missing_user_id');
    }
  }

  #push(piece: string): void {
    this.pieces.push(piece);
    this.length += piece.length;
  }

  #bad(reason: string): void {
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }

  #field(bytes: number): string {
    if (!this.quoted) return 'x'.repeat(bytes);
    let text = '"x';
    while (text.length < bytes - 2) {
      const some = this.random.perMille(300)
        ? (BREAKS[this.random.below(BREAKS.length)] ?? '')
        : 'x'.repeat(1 + this.random.below(60));
      const piece = some === '",' ? '"",' : some;
      // A doubled quote must not be cut in two.
      if (text.length + piece.length > bytes - 2) text += 'x';
      else {
        text += piece;
        if (/[\r\n]/.test(piece)) this.quotedBreaks++;
      }
    }
    return `${text}x"`;
  }
}

/** The n-th large file of a seed, a few hundred KiB around small limits, or more than 64 MiB under the usual ones. */
export function largeInput(seed: number, n: number, huge: boolean): LargeInput {
  const random = new Random('csv-large-fuzz', seed, n, huge ? 1 : 0);
  const maxRecordBytes = huge ? DEFAULT_LIMITS.maxRecordBytes : 256 + random.below(4096);
  const byField = random.perMille(500);
  const maxFieldBytes = huge
    ? DEFAULT_LIMITS.maxFieldBytes
    : byField
      ? Math.floor(maxRecordBytes / 2)
      : 2 * maxRecordBytes;
  const limits = { ...DEFAULT_LIMITS, maxRecordBytes, maxFieldBytes };
  const draft = new Draft(random, limits, n % 2 === 0);
  const size = huge
    ? 65 * MIB + random.below(MIB)
    : n % 16 === 0
      ? MIB + random.below(MIB)
      : 50_000 + random.below(200_000);
  while (draft.length < size) addRow(draft, huge, byField);

  const text = Buffer.from(draft.pieces.join(''), 'latin1');
  const compressed = n % 5 === 0;
  const beyond = huge ? undefined : fileLimit(n, draft.rows, text.length);
  const reasons = Object.fromEntries(Object.entries(draft.reasons).sort());
  return {
    bytes: compressed ? gzipSync(text, { level: 1 }) : text,
    compressed,
    unpackedBytes: text.length,
    quotedBreaks: draft.quotedBreaks,
    modified: new Date('2024-07-01T00:00:00Z'),
    limits: { ...limits, ...beyond?.limits },
    expected: { rejected: beyond?.rejected, rows: draft.rows, reasons },
  };
}

function addRow(draft: Draft, huge: boolean, byField: boolean): void {
  const { random, limits, quoted } = draft;
  if (random.perMille(huge ? 1 : 20)) draft.badRow();
  // One below the limit, at it, and one above.
  else if (random.perMille(huge && !quoted ? 1 : 100)) {
    const offset = random.below(3) - 1;
    if (huge || byField) draft.rowWithField(limits.maxFieldBytes + offset);
    else draft.row(limits.maxRecordBytes + offset);
  } else if (huge) draft.row(quoted ? 1000 + random.below(60_000) : 200 + random.below(400));
  else draft.row(30 + random.below(200));
}

/** Every tenth file meets the limit of rows or of bytes: one below, at it, one above. */
function fileLimit(
  n: number,
  rows: number,
  bytes: number,
): { limits: Partial<Limits>; rejected: string | undefined } | undefined {
  const offset = (Math.floor(n / 10) % 3) - 1;
  const above = offset < 0;
  if (n % 10 === 3)
    return { limits: { maxRecords: rows + offset }, rejected: above ? 'too_many_records' : undefined };
  if (n % 10 === 7)
    return { limits: { maxBytes: bytes + offset }, rejected: above ? 'too_many_bytes' : undefined };
  return undefined;
}
