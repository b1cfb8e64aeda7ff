import { open, type FileHandle } from 'node:fs/promises';
import { InvariantError } from '../errors.ts';

/** Bytes that stand together in a file of this machine. */
export interface Stretch {
  readonly path: string;
  readonly from: number;
  readonly bytes: number;
}

/** Reads stretches; keeps the file of the last one open, because the next is mostly in it. */
export class StretchReader {
  #path = '';
  #file: FileHandle | undefined;
  #buffer = Buffer.alloc(0);

  /**
   * The bytes of a stretch, from the beginning of their memory; valid until the next one is read.
   * @throws InvariantError if the file ends before the stretch does
   */
  async read({ path, from, bytes }: Stretch): Promise<Buffer> {
    const file = this.#path === path && this.#file !== undefined ? this.#file : await this.#open(path);
    if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafeSlow(bytes);
    for (let at = 0; at < bytes;) {
      const { bytesRead } = await file.read(this.#buffer, at, bytes - at, from + at);
      if (bytesRead === 0)
        throw new InvariantError(`${path} ends at byte ${from + at}; more was written to it`);
      at += bytesRead;
    }
    return this.#buffer.subarray(0, bytes);
  }

  async #open(path: string): Promise<FileHandle> {
    await this.close();
    this.#path = path;
    return (this.#file = await open(path));
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
