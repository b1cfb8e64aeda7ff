import { open, type FileHandle } from 'node:fs/promises';
import { InvariantError } from '../errors.ts';
import type { Header } from './header.ts';
import type { RecordBatch } from './record-batch.ts';

const LF = 0x0a;
const COPY_BYTES = 1024 * 1024;

/** The file that an engine reads: well-formed records only, each ended by LF. */
export interface CleanFile {
  readonly path: string;
  /** The first record is the header, on one line and without quotes. */
  readonly header: boolean;
  /** A quote occurs in a record that the engine sees. */
  readonly quoted: boolean;
}

/**
 * Collects the well-formed records of a file. As long as the file is one that an engine may read as it
 * came, nothing is written; at the first deviation what came before is copied from the raw copy.
 */
export class CleanFileWriter {
  readonly #rawPath: string;
  readonly #path: string;
  #file: FileHandle | undefined;
  #out = Buffer.alloc(0);
  #quoted = false;
  #hasHeader = false;

  constructor(rawPath: string, path: string) {
    this.#rawPath = rawPath;
    this.#path = path;
  }

  /** Writes every record from here on, because the raw copy is not text that an engine can read. */
  async begin(): Promise<void> {
    this.#file ??= await open(this.#path, 'w');
  }

  /** The raw copy must be written up to `batch.fromByte`. */
  async add(batch: RecordBatch, header: Header | undefined): Promise<void> {
    this.#hasHeader = header !== undefined;
    this.#quoted ||= batch.quoted;
    if (this.#file === undefined) {
      if (!batch.irregular && batch.malformed === 0 && header?.plain !== false) return;
      await this.begin();
      if (header !== undefined) await this.#copyRaw(header.end, batch.fromByte);
    }
    if (batch.count > batch.malformed) await this.#write(this.#pick(batch));
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

  async #copyRaw(from: number, to: number): Promise<void> {
    if (from >= to) return;
    const raw = await open(this.#rawPath, 'r');
    try {
      const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, to - from));
      for (let at = from; at < to;) {
        const { bytesRead } = await raw.read(buffer, 0, Math.min(buffer.length, to - at), at);
        if (bytesRead === 0)
          throw new InvariantError(`The raw copy ends at byte ${at}, expected ${to} or more.`);
        await this.#write(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
    } finally {
      await raw.close();
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    // Unlike write(), writeFile() goes on after a short write; it continues at the handle's position.
    await this.#file?.writeFile(bytes);
  }

  finish(): CleanFile {
    if (this.#file !== undefined) return { path: this.#path, header: false, quoted: this.#quoted };
    return { path: this.#rawPath, header: this.#hasHeader, quoted: this.#quoted };
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  // For short records a loop is cheaper than the call.
  if (end - start > 96) from.copy(to, at, start, end);
  else for (let i = start, j = at; i < end; i++, j++) to[j] = from[i] ?? 0;
  return end - start;
}
