import type { Header } from './header.ts';
import type { RecordBatch } from './record-batch.ts';

const LF = 0x0a;

/** What has to be written next to the clean file. */
export interface CleanPiece {
  /** First these bytes of the file as it was received, from..to. */
  readonly raw: readonly [from: number, to: number] | undefined;
  /** Then these, valid until the next batch is added. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * Decides which bytes the clean file has: the well-formed records, each ended by LF. As long as the file
 * is one that an engine may read as it came, there is nothing to write; from the first deviation on
 * everything is, also what came before.
 */
export class CleanText {
  #begun: boolean;
  #out = Buffer.alloc(0);
  #quoted = false;
  #hasHeader = false;

  /** @param begun write every record, because what was received is not text that an engine can read */
  constructor(begun: boolean) {
    this.#begun = begun;
  }

  add(batch: RecordBatch, header: Header | undefined): CleanPiece | undefined {
    this.#hasHeader = header !== undefined;
    this.#quoted ||= batch.quoted;
    let raw: CleanPiece['raw'];
    if (!this.#begun) {
      if (!batch.irregular && batch.malformed === 0 && header?.plain !== false) return undefined;
      this.#begun = true;
      if (header !== undefined && header.end < batch.fromByte) raw = [header.end, batch.fromByte];
    }
    return { raw, bytes: batch.count > batch.malformed ? this.#pick(batch) : undefined };
  }

  /** `asReceived`: nothing was written, and the first record of what was received may be a header. */
  finish(): { readonly asReceived: boolean; readonly header: boolean; readonly quoted: boolean } {
    return { asReceived: !this.#begun, header: !this.#begun && this.#hasHeader, quoted: this.#quoted };
  }

  /** The batch's well-formed records, neighbours copied as one. */
  #pick(batch: RecordBatch): Buffer {
    const { bytes, to, count, starts, ends } = batch;
    // Every record gains at most the last one's missing line end.
    if (this.#out.length <= bytes.length) this.#out = Buffer.allocUnsafe(bytes.length + 1);
    const out = this.#out;
    let length = 0;
    let runStart = 0;
    let runEnd = 0;
    for (let i = 0; i < count; i++) {
      if (batch.isMalformed(i)) continue;
      const start = starts[i] ?? 0;
      const end = ends[i] ?? 0;
      if (start !== runEnd) {
        length += copy(bytes, runStart, runEnd, out, length);
        runStart = start;
      }
      runEnd = end + 1;
      if (end < to && bytes[end] === LF) continue;
      length += copy(bytes, runStart, end, out, length);
      out[length++] = LF;
      runStart = runEnd;
    }
    length += copy(bytes, runStart, runEnd, out, length);
    return out.subarray(0, length);
  }
}

function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  // For short records a loop is cheaper than the call.
  if (end - start > 96) from.copy(to, at, start, end);
  else for (let i = start, j = at; i < end; i++, j++) to[j] = from[i] ?? 0;
  return end - start;
}
