import { createGunzip, type Gunzip } from 'node:zlib';
import type { Block } from './blocks.ts';
import { ScanRejectedError } from './errors.ts';
import { raise, SCAN_LIMIT_KEYS, sizeText, type ScanLimits } from './limits.ts';

/** The ratio is judged at multiples of this, so that it depends on the file and not on its chunks. */
const CELL_BYTES = 16 * 1024;
const CHUNK_BYTES = 256 * 1024;

/**
 * Unpacks gzip of one or more members.
 * @throws ScanRejectedError if it is truncated, corrupt or followed by anything, or unpacks to more
 *   than `limits.maxGzipRatio` times its size
 */
export async function* gunzip(
  blocks: AsyncIterable<Block>,
  limits: ScanLimits,
): AsyncGenerator<Buffer, void, undefined> {
  const member = new Inflater(limits);
  try {
    for await (const block of blocks) {
      for (let from = block.from; from < block.to;) {
        const to = Math.min(block.to, from + CELL_BYTES - (member.fed % CELL_BYTES));
        yield* await member.feed(block.bytes.subarray(from, to));
        from = to;
      }
    }
    yield* await member.finish();
  } finally {
    member.destroy();
  }
}

/** zlib's stream as two awaitable steps; at any time no more is unpacked than one cell gives. */
class Inflater {
  fed = 0;
  readonly #limits: ScanLimits;
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  #ready: Buffer[] = [];
  #unpacked = 0;
  #allowed = 0;
  #failure: ScanRejectedError | undefined;
  #wake = (): void => undefined;

  constructor(limits: ScanLimits) {
    this.#limits = limits;
    this.#gunzip.on('data', (chunk: Buffer) => {
      this.#ready.push(chunk);
      this.#unpacked += chunk.length;
      if (this.#unpacked > this.#allowed) this.#fail(tooDense(limits));
    });
    this.#gunzip.on('error', (cause) => {
      this.#fail(broken(EXPLAINED[cause.message] ?? cause.message, cause));
    });
    this.#gunzip.on('close', () => {
      this.#wake();
    });
  }

  async feed(piece: Uint8Array): Promise<Buffer[]> {
    this.fed += piece.length;
    this.#allow(Math.ceil(this.fed / CELL_BYTES) * CELL_BYTES);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#gunzip.write(piece, () => {
        resolve();
      });
    });
    return this.#take();
  }

  async finish(): Promise<Buffer[]> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#gunzip.end();
      if (this.#gunzip.closed) resolve();
    });
    // zlib takes NUL bytes after a member for padding, and ignores whatever follows them.
    if (this.#failure === undefined && this.#gunzip.bytesWritten !== this.fed)
      this.#fail(broken(`trailing garbage after byte ${this.#gunzip.bytesWritten}`));
    // The last cell was judged as if it were full.
    this.#allow(this.fed);
    if (this.#unpacked > this.#allowed) this.#fail(tooDense(this.#limits));
    return this.#take();
  }

  destroy(): void {
    this.#gunzip.destroy();
  }

  #allow(received: number): void {
    this.#allowed = Math.max(this.#limits.gzipRatioFreeBytes, received * this.#limits.maxGzipRatio);
  }

  #take(): Buffer[] {
    if (this.#failure !== undefined) throw this.#failure;
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #fail(failure: ScanRejectedError): void {
    this.#failure ??= failure;
    this.#gunzip.destroy();
    this.#wake();
  }
}

/** What zlib says, for people. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'incorrect header check': 'something in it is not gzip (incorrect header check)',
  'unexpected end of file': 'it ends too early, as after an upload that was cut off (unexpected end of file)',
  'incorrect data check': 'it holds other bytes than were compressed (incorrect data check)',
  'incorrect length check': 'it holds more or fewer bytes than were compressed (incorrect length check)',
};

function broken(what: string, cause?: unknown): ScanRejectedError {
  const hint = 'Compress the file again with gzip, check it with "gzip -t" and deliver it again.';
  return new ScanRejectedError('broken_gzip', `The gzip file is damaged: ${what}.`, { hint, cause });
}

function tooDense({ maxGzipRatio, gzipRatioFreeBytes }: ScanLimits): ScanRejectedError {
  const message = `The file unpacks to more than ${maxGzipRatio} times its size (checked after ${sizeText(gzipRatioFreeBytes)}).`;
  const hint = `If this is no attack, deliver the file uncompressed, or ${raise(SCAN_LIMIT_KEYS.maxGzipRatio)}`;
  return new ScanRejectedError('gzip_ratio', message, {
    hint,
    limit: { name: 'maxGzipRatio', value: maxGzipRatio },
  });
}
