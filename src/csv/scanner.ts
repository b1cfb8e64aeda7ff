import { isUtf8 } from 'node:buffer';
import type { Block } from './blocks.ts';
import { checkBeginning } from './encoding.ts';
import { ScanRejectedError } from './errors.ts';
import { readHeader } from './header.ts';
import type { ScanLimits } from './limits.ts';
import {
  FIELD_TOO_LONG,
  INVALID_UTF8,
  MALFORMED_QUOTE,
  NUL_BYTE,
  RecordBatch,
  ROW_TOO_LONG,
  WRONG_COLUMN_COUNT,
} from './record-batch.ts';
import { COMMA, CR, isPadded, LF, nextSpecial, QUOTE } from './special-bytes.ts';
import { Utf8Checker } from './utf8-checker.ts';

const UNQUOTED = 0;
const IN_QUOTES = 1;
/** Just after a quote inside a quoted field: the closing one, or the first half of a doubled one. */
const AFTER_QUOTE = 2;

/**
 * Finds the records of a CSV file, block by block. This is the only place that decides where a record
 * begins and ends and whether it is well-formed.
 *
 * - A record ends at LF, CRLF or CR outside quotes, or with the file. A line without any byte is not a
 *   record. LF, CRLF and CR each end a physical line, also inside quotes.
 * - A field is quoted if its first byte is a quote. In it a doubled quote stands for one, and after its
 *   closing quote only a comma or a record's end may follow.
 * - `malformed_quote`: a quote inside an unquoted field, or anything else after a closing quote. From
 *   that byte on the rest of the record is read as unquoted: quotes mean nothing, every comma separates
 *   and the next line end, whatever it is, ends the record.
 * - `wrong_column_count`: the number of separators, counted by these rules, is not the header's.
 * - Lengths are of the bytes as they stand in the file: a field with its quotes, a record without its
 *   line end.
 *
 * All positions are kept relative to the current block's buffer while it is scanned, because array
 * indexes must stay small integers to be fast.
 */
export class RecordScanner {
  readonly #limits: ScanLimits;
  readonly #blockBytes: number;
  #batch: RecordBatch | undefined;
  #header: readonly string[] | undefined;
  #records = 0;
  #line = 1;

  // The record in progress; positions are offsets in the file.
  #state = UNQUOTED;
  #recordStart = 0;
  #fieldStart = 0;
  #separators = 0;
  #flags = 0;
  #recordLine = 1;
  #quoteByte = 0;
  #quoteLine = 1;
  #lastCr = -2;
  #expectedSeparators = -1;
  #endsInRecord = false;
  #padded = false;

  // The record in progress, once it is longer than may be held: its beginning, and a check of the rest.
  #head: Buffer | undefined;
  #headUtf8 = new Utf8Checker();

  /** Blocks must hold at most `blockBytes` and leave `limits.maxRecordBytes` of headroom, or all that came before. */
  constructor(limits: ScanLimits, blockBytes: number) {
    this.#limits = limits;
    this.#blockBytes = blockBytes;
  }

  /** Undefined until the first record has ended, or if there is none. */
  get header(): readonly string[] | undefined {
    return this.#header;
  }

  /** The file ended without a line end: its last record may be cut. Known after the last block. */
  get endsInRecord(): boolean {
    return this.#endsInRecord;
  }

  /** False: no field of a well-formed record so far is quoted, or begins or ends with a blank (space or tab). */
  get padded(): boolean {
    return this.#padded;
  }

  /**
   * Takes the next block. After its batch `carryOver` must be called.
   * @returns the data records that end in this block; the same object every time
   * @throws ScanRejectedError
   */
  scan(block: Block): RecordBatch {
    const bom = block.offset === 0 ? checkBeginning(block) : 0;
    const { bytes, to } = block;
    const batch = (this.#batch ??= batchFor(block.last ? to - block.from : this.#blockBytes));
    const base = block.offset - block.from;
    if (bom > 0) this.#recordStart = this.#fieldStart = bom;

    batch.bytes = bytes;
    batch.to = to;
    batch.base = base;
    batch.count = 0;
    batch.irregular = bom > 0;
    batch.recordsBefore = this.#records;
    batch.firstLine = this.#recordLine;
    batch.head = this.#head;
    batch.headByte = this.#recordStart;

    this.#findRecords(batch, block.from + bom, to);
    if (block.last) this.#endFile(batch);
    this.#checkUtf8(batch, block.from);
    batch.sumUp();
    this.#records += batch.count;
    return batch;
  }

  #endFile(batch: RecordBatch): void {
    if (this.#state === IN_QUOTES) throw unterminatedQuote(this.#quoteByte, this.#quoteLine);
    const { bytes, base, to } = batch;
    if (this.#recordStart === base + to) return;
    this.#endsInRecord = true;
    // The last record needs no line end: give it one, in the byte that is free after the block.
    bytes[to] = LF;
    this.#findRecords(batch, to, to + 1);
  }

  /** Records end at ASCII bytes, so the whole batch is valid if and only if each of its records is. */
  #checkUtf8(batch: RecordBatch, from: number): void {
    const { bytes, count, starts, ends, flags } = batch;
    let first = 0;
    if (this.#head !== undefined) {
      this.#headUtf8.push(bytes.subarray(from, count === 0 ? batch.to : ends[0]));
      if (count === 0) return;
      if (!this.#headUtf8.finish()) flags[0] = batch.flagsOf(0) | INVALID_UTF8;
      this.#head = undefined;
      first = 1;
    }
    if (first >= count || isUtf8(bytes.subarray(starts[first], ends[count - 1]))) return;
    for (let i = first; i < count; i++) {
      if (!isUtf8(bytes.subarray(starts[i], ends[i]))) flags[i] = batch.flagsOf(i) | INVALID_UTF8;
    }
  }

  /**
   * Moves the block's partial record into the headroom. Call when the batch is done with and before the
   * next block is read: both use that room.
   */
  carryOver({ bytes, from, to, offset }: Block): void {
    if (this.#head !== undefined) return;
    const start = this.#recordStart - (offset - from);
    const { maxRecordBytes } = this.#limits;
    if (to - start <= maxRecordBytes) {
      bytes.copyWithin(from - (to - start), start, to);
      return;
    }
    this.#head = Buffer.from(bytes.subarray(start, start + maxRecordBytes));
    this.#headUtf8 = new Utf8Checker();
    this.#headUtf8.push(bytes.subarray(start, to));
  }

  #takeHeader(batch: RecordBatch, start: number, end: number, separators: number, flags: number): void {
    const bytes = this.#head === undefined ? batch.bytes.subarray(start, end) : undefined;
    const byte = this.#head === undefined ? batch.base + start : batch.headByte;
    const place = { byte, line: this.#recordLine };
    this.#header = readHeader({ bytes, flags, columns: separators + 1, ...place }, this.#limits);
  }

  /** Scans bytes[from..to) and adds the records that end there. */
  #findRecords(batch: RecordBatch, from: number, to: number): void {
    const { bytes, base, starts, ends, lines, flags: table, firstLine } = batch;
    const { maxFieldBytes, maxRecordBytes } = this.#limits;
    let state = this.#state;
    let recordStart = positionIn(base, this.#recordStart);
    let fieldStart = positionIn(base, this.#fieldStart);
    const recordAt = recordStart;
    const fieldAt = fieldStart;
    let separators = this.#separators;
    let flags = this.#flags;
    let line = this.#line;
    let recordLine = this.#recordLine;
    let lastCr = positionIn(base, this.#lastCr);
    let expected = this.#expectedSeparators;
    let irregular = batch.irregular;
    let padded = this.#padded;
    let count = batch.count;
    let pos = from;
    const view = new DataView(bytes.buffer, bytes.byteOffset, to);

    for (;;) {
      if (state === IN_QUOTES) {
        for (; pos < to; pos++) {
          const byte = bytes[pos] ?? 0;
          if (byte > QUOTE) continue;
          if (byte === QUOTE) break;
          if (byte === LF) {
            if (lastCr !== pos - 1) line++;
          } else if (byte === CR) {
            line++;
            lastCr = pos;
          } else if (byte === 0) flags |= NUL_BYTE;
        }
        if (pos === to) break;
        pos++;
        state = AFTER_QUOTE;
      }
      if (state === AFTER_QUOTE) {
        if (pos === to) break;
        const byte = bytes[pos] ?? 0;
        if (byte === QUOTE) {
          pos++;
          state = IN_QUOTES;
          continue;
        }
        state = UNQUOTED;
        if (byte !== COMMA && byte !== LF && byte !== CR) flags |= MALFORMED_QUOTE;
      }

      for (; ; pos++) {
        pos = nextSpecial(view, pos, to);
        if (pos >= to) break;
        const byte = bytes[pos] ?? 0;
        if (byte > COMMA) continue;
        if (byte === COMMA) {
          if (pos - fieldStart > maxFieldBytes) flags |= FIELD_TOO_LONG;
          padded ||= isPadded(bytes, fieldStart, pos);
          fieldStart = pos + 1;
          separators++;
        } else if (byte === LF || byte === CR) {
          if (pos > recordStart) {
            if (pos - fieldStart > maxFieldBytes) flags |= FIELD_TOO_LONG;
            padded ||= isPadded(bytes, fieldStart, pos);
            if (pos - recordStart > maxRecordBytes) flags |= ROW_TOO_LONG;
            if (expected < 0) {
              this.#recordLine = recordLine;
              this.#takeHeader(batch, recordStart, pos, separators, flags);
              expected = separators;
            } else {
              if (separators !== expected) flags |= WRONG_COLUMN_COUNT;
              starts[count] = recordStart;
              ends[count] = pos;
              lines[count] = recordLine - firstLine;
              table[count] = flags;
              count++;
            }
            line++;
          } else if (byte === CR || lastCr !== pos - 1) {
            line++;
            irregular = true;
          } // otherwise it is the second half of a CRLF
          if (byte === CR) {
            lastCr = pos;
            irregular = true;
          }
          recordStart = fieldStart = pos + 1;
          recordLine = line;
          separators = flags = 0;
        } else if (byte === QUOTE) {
          if (pos === fieldStart && (flags & MALFORMED_QUOTE) === 0) {
            this.#quoteByte = base + pos;
            this.#quoteLine = line;
            state = IN_QUOTES;
            padded = true;
            pos++;
            break;
          }
          flags |= MALFORMED_QUOTE;
        } else if (byte === 0) flags |= NUL_BYTE;
      }
      if (state === UNQUOTED) break;
    }

    batch.count = count;
    batch.irregular = irregular;
    this.#padded = padded;
    this.#state = state;
    // What began in an earlier block keeps its exact offset.
    if (recordStart !== recordAt) this.#recordStart = base + recordStart;
    if (fieldStart !== fieldAt) this.#fieldStart = base + fieldStart;
    this.#separators = separators;
    this.#flags = flags;
    this.#line = line;
    this.#recordLine = recordLine;
    this.#lastCr = base + lastCr;
    this.#expectedSeparators = expected;
  }
}

/** A record takes at least one byte and its line end; one more may have begun earlier, one may have no line end. */
const batchFor = (bytes: number): RecordBatch => new RecordBatch(Math.ceil(bytes / 2) + 2);

/**
 * A file offset as a position in the current buffer. What lies far before the buffer is as good as
 * -2^30: further than any limit of a length, and still a small integer, which keeps the scan fast.
 */
function positionIn(base: number, offset: number): number {
  return Math.max(offset - base, -(2 ** 30)) | 0;
}

function unterminatedQuote(byte: number, line: number): ScanRejectedError {
  const message = `Unterminated quote at byte ${byte}, line ${line}: no record from there on can be trusted.`;
  const hint = 'Close the quote (or double it, if it is part of the text) and deliver the file again.';
  return new ScanRejectedError('unterminated_quote', message, { hint, byte, line });
}
