import { createHash } from 'node:crypto';
import type { Block } from './blocks.ts';
import type { ReceivedBytes } from './errors.ts';
import type { ScanLimits } from './limits.ts';
import { assertBytes } from './scan.ts';

/** Identifies bytes exactly as they come, whatever they mean. */
export class Receiver {
  readonly #hash = createHash('sha256');
  readonly #limits: ScanLimits;
  #bytes = 0;

  constructor(limits: ScanLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Passes the blocks on. @throws ScanRejectedError */
  async *receive(blocks: AsyncIterable<Block>): AsyncGenerator<Block, void, undefined> {
    for await (const block of blocks) {
      this.#bytes += block.to - block.from;
      assertBytes(this.#bytes, 'received', this.#limits);
      this.#hash.update(block.bytes.subarray(block.from, block.to));
      yield block;
    }
  }

  /** Ends the hash: call once, when all is received. */
  finish(): ReceivedBytes {
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes };
  }
}
