import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const BYTES_AHEAD = 4 << 20;

export interface WriteOptions {
  readonly compress?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a file that others only ever see complete: it grows under a hidden name beside its place and is
 * renamed at the end, over whatever stood there.
 * @returns bytes on disk
 * @throws the signal's reason if aborted; nothing is left behind then
 */
export async function writeWhole(
  file: string,
  chunks: Iterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<number> {
  const { compress = false, signal } = options;
  const part = path.join(path.dirname(file), `.${path.basename(file)}.part`);
  await mkdir(path.dirname(file), { recursive: true });
  try {
    // Up to BYTES_AHEAD wait for the disk while the next chunks are made; beyond that, making them waits.
    const source = Readable.from(chunks, { highWaterMark: 1 });
    const target = createWriteStream(part, { highWaterMark: BYTES_AHEAD });
    const aborting = signal === undefined ? {} : { signal };
    await (compress ? pipeline(source, createGzip(), target, aborting) : pipeline(source, target, aborting));
    const { size } = await stat(part);
    await rename(part, file);
    return size;
  } catch (error) {
    await rm(part, { force: true });
    signal?.throwIfAborted();
    throw error;
  }
}
