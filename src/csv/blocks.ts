/** A stretch of a file in a buffer that is used again: valid until the next block is asked for. */
export interface Block {
  readonly bytes: Buffer;
  /** The block is bytes[from..to); what lies before `from` is room for the consumer's carry-over. */
  readonly from: number;
  readonly to: number;
  /** Offset of bytes[from] in the file. */
  readonly offset: number;
  /** The file ends with this block, which may be empty. Exactly one block is the last. */
  readonly last: boolean;
}

/**
 * Cuts a stream into blocks of exactly `blockBytes` (the last one is shorter), however the source
 * happens to chunk it: what is found in a file, and in which order, depends on its bytes alone.
 * `headroom` bytes before each block are the consumer's: a partial record is moved there, so that it
 * is contiguous with its rest and nothing else needs to be copied twice. There may be less, but never less
 * than has come so far. One byte after the block is theirs as well.
 */
export async function* readBlocks(
  chunks: AsyncIterable<Uint8Array>,
  blockBytes: number,
  headroom = 0,
): AsyncGenerator<Block, void, undefined> {
  let bytes = Buffer.alloc(1);
  let from = 0;
  let to = 0;
  let offset = 0;
  let first = true;
  for await (const chunk of chunks) {
    // A small file comes in one chunk, and thousands of them must not each get the buffer of a large one.
    const most = first ? chunk.length : Infinity;
    first = false;
    const room = Math.min(headroom, most);
    const full = room + Math.min(blockBytes, most);
    if (bytes.length <= full) {
      const larger = Buffer.allocUnsafe(full + 1);
      bytes.copy(larger, room - from, 0, to);
      bytes = larger;
      to += room - from;
      from = room;
    }
    for (let taken = 0; taken < chunk.length;) {
      const length = Math.min(full - to, chunk.length - taken);
      bytes.set(length === chunk.length ? chunk : chunk.subarray(taken, taken + length), to);
      taken += length;
      to += length;
      if (to - from === blockBytes) {
        yield { bytes, from, to, offset, last: false };
        offset += blockBytes;
        to = from;
      }
    }
  }
  yield { bytes, from, to, offset, last: true };
}
