import { copy } from './copy.ts';
import type { RecordBatch } from './record-batch.ts';
import { LF } from './special-bytes.ts';

/** Decides which bytes an engine reads: the well-formed records without the header, each ended by LF. */
export class CleanText {
  #out = Buffer.alloc(0);

  /** The batch's well-formed records; valid until the next batch is added. */
  of(batch: RecordBatch): Uint8Array {
    const { bytes, count, starts, ends } = batch;
    if (count === batch.malformed) return this.#out.subarray(0, 0);
    // Nearly always there is nothing to mend, and often nothing to leave out: the bytes are those of the block.
    if (!batch.irregular && batch.malformed === 0)
      return bytes.subarray(starts[0], (ends[count - 1] ?? 0) + 1);
    // Every record gains at most the last one's missing line end.
    if (this.#out.length <= bytes.length) this.#out = Buffer.allocUnsafe(bytes.length + 1);
    return batch.irregular ? this.#pick(batch) : this.#leaveOut(batch);
  }

  /** Every record begins where the one before has its line end, so what is between malformed ones stays as it is. */
  #leaveOut({ bytes, count, starts, ends, flags }: RecordBatch): Buffer {
    const out = this.#out;
    let length = 0;
    let runStart = starts[0] ?? 0;
    for (let i = 0; i < count; i++) {
      if (flags[i] === 0) continue;
      const start = starts[i] ?? 0;
      if (start > runStart) length += copy(bytes, runStart, start, out, length);
      runStart = (ends[i] ?? 0) + 1;
    }
    length += copy(bytes, runStart, (ends[count - 1] ?? 0) + 1, out, length);
    return out.subarray(0, length);
  }

  /** Neighbours are copied as one. */
  #pick(batch: RecordBatch): Buffer {
    const { bytes, to, count, starts, ends } = batch;
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
