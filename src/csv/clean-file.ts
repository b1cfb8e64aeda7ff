import { open, type FileHandle } from 'node:fs/promises';
import { InvariantError } from '../errors.ts';
import { CleanText } from './clean-text.ts';
import type { Header } from './header.ts';
import type { RecordBatch } from './record-batch.ts';

const COPY_BYTES = 1024 * 1024;

/** The file that an engine reads: well-formed records only, each ended by LF. */
export interface CleanFile {
  readonly path: string;
  /** The first record is the header, on one line and without quotes. */
  readonly header: boolean;
  /** A quote occurs in a record that the engine sees. */
  readonly quoted: boolean;
}

/** Keeps the well-formed records of a file in a file of their own, if the one received does not do. */
export class CleanFileWriter {
  readonly #rawPath: string;
  readonly #path: string;
  readonly #text: CleanText;
  #file: FileHandle | undefined;

  /** @param whole write every record, because the raw copy is not text that an engine can read */
  constructor(rawPath: string, path: string, whole: boolean) {
    this.#rawPath = rawPath;
    this.#path = path;
    this.#text = new CleanText(whole);
  }

  /** The raw copy must be written up to `batch.fromByte`. */
  async add(batch: RecordBatch, header: Header | undefined): Promise<void> {
    const piece = this.#text.add(batch, header);
    if (piece === undefined) return;
    this.#file ??= await open(this.#path, 'w');
    if (piece.raw !== undefined) await copyRaw(this.#rawPath, this.#file, ...piece.raw);
    // Unlike write(), writeFile() goes on after a short write; it continues at the handle's position.
    if (piece.bytes !== undefined) await this.#file.writeFile(piece.bytes);
  }

  finish(): CleanFile {
    const { asReceived, ...found } = this.#text.finish();
    return { path: asReceived ? this.#rawPath : this.#path, ...found };
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

async function copyRaw(rawPath: string, target: FileHandle, from: number, to: number): Promise<void> {
  const raw = await open(rawPath, 'r');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, to - from));
    for (let at = from; at < to;) {
      const { bytesRead } = await raw.read(buffer, 0, Math.min(buffer.length, to - at), at);
      if (bytesRead === 0)
        throw new InvariantError(`The raw copy ends at byte ${at}, expected ${to} or more.`);
      await target.writeFile(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await raw.close();
  }
}
