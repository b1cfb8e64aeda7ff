import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Block } from './blocks.ts';
import type { ReceivedBytes } from './errors.ts';
import type { ScanLimits } from './limits.ts';
import { assertBytes } from './scan.ts';

/** Hashes and keeps bytes exactly as they come, whatever they mean. */
export class Receiver {
  readonly #hash = createHash('sha256');
  readonly #file: FileHandle;
  readonly #limits: ScanLimits;
  #bytes = 0;

  constructor(file: FileHandle, limits: ScanLimits) {
    this.#file = file;
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Passes the blocks on. The consumer works on a block while it is being written; when it asks for
   * the next one, all blocks before that are written.
   * @throws ScanRejectedError
   */
  async *receive(blocks: AsyncIterable<Block>): AsyncGenerator<Block, void, undefined> {
    for await (const block of blocks) {
      this.#bytes += block.to - block.from;
      assertBytes(this.#bytes, 'received', this.#limits);
      const fresh = block.bytes.subarray(block.from, block.to);
      const written = this.#file.writeFile(fresh);
      // A failure is thrown below; until then nobody waits for it.
      written.catch(() => undefined);
      try {
        this.#hash.update(fresh);
        yield block;
      } finally {
        await written;
      }
    }
  }

  /** Ends the hash: call once, when all is received. */
  finish(): ReceivedBytes {
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes };
  }
}
