import { STRUCTURAL_REASONS, type StructuralReason } from '../contracts/reasons.ts';
import { copy } from './copy.ts';

/** Bit n of a record's flags is the n-th structural reason: a record with any flag is malformed. */
export const WRONG_COLUMN_COUNT = 1;
export const MALFORMED_QUOTE = 2;
export const INVALID_UTF8 = 4;
export const NUL_BYTE = 8;
export const FIELD_TOO_LONG = 16;
export const ROW_TOO_LONG = 32;

/** In the order in which they are reported. */
export function reasonsOf(flags: number): readonly StructuralReason[] {
  return STRUCTURAL_REASONS.filter((_, bit) => (flags & (1 << bit)) !== 0);
}

/**
 * The data records that end in one block, as a table of typed arrays (a million objects a block would
 * cost more than the scan). Filled by the scanner; valid until the next block is scanned.
 */
export class RecordBatch {
  bytes: Buffer = Buffer.alloc(0);
  /** End of what is valid in `bytes`. */
  to = 0;
  /** Offset of bytes[0] in the file; negative in the first block, where headroom comes before it. */
  base = 0;
  count = 0;
  /** Record i is bytes[starts[i]..ends[i]), without its line end; the first one may begin before bytes. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Lines between `firstLine` and the line on which the record begins. */
  readonly lines: Int32Array;
  readonly flags: Uint8Array;
  /** Data records of the file before this batch. */
  recordsBefore = 0;
  firstLine = 1;
  malformed = 0;
  /** A line ends with CR or CRLF, or is blank. */
  irregular = false;
  /** The first record's beginning, if it is too long to be held in `bytes`. */
  head: Buffer | undefined;
  /** Offset in the file of the record that `head` begins. */
  headByte = 0;

  constructor(capacity: number) {
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.lines = new Int32Array(capacity);
    this.flags = new Uint8Array(capacity);
  }

  /** Fills `malformed` from the flags. */
  sumUp(): void {
    let all = 0;
    for (let i = 0; i < this.count; i++) all |= this.flagsOf(i);
    this.malformed = 0;
    if (all === 0) return;
    for (let i = 0; i < this.count; i++) if (this.isMalformed(i)) this.malformed++;
  }

  flagsOf(index: number): number {
    return this.flags[index] ?? 0;
  }

  isMalformed(index: number): boolean {
    return this.flagsOf(index) !== 0;
  }

  byteOf(index: number): number {
    if (index === 0 && this.head !== undefined) return this.headByte;
    return this.base + (this.starts[index] ?? 0);
  }

  /** Bytes of the record, of an oversized one only the first `maxBytes`. */
  rawBytes(index: number, maxBytes: number): number {
    return Math.min((this.ends[index] ?? 0) - (this.starts[index] ?? 0), maxBytes);
  }

  /** Copies these bytes. @returns how many they are */
  copyRaw(index: number, maxBytes: number, out: Uint8Array, at: number): number {
    const bytes = this.rawBytes(index, maxBytes);
    const start = this.starts[index] ?? 0;
    if (index === 0 && this.head !== undefined) out.set(this.head, at);
    else copy(this.bytes, start, start + bytes, out, at);
    return bytes;
  }
}
