import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { streamOf } from '../../src/lake/local-stream.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));

async function file(): Promise<string> {
  const path = join(await temporaryDirectory(), 'file');
  await writeFile(path, BYTES);
  return path;
}

test.each([1, 7, 999, 1000, 1001])(
  'a chunk of %i bytes stays as it is while it is used',
  async (chunkBytes) => {
    const handle = await open(await file());
    // Short reads, as a file system over a network gives them.
    const read = handle.read.bind(handle);
    let reads = 0;
    handle.read = ((buffer: Buffer, offset: number, length: number) =>
      read(buffer, offset, Math.min(length, 1 + (reads++ % 5) * 40))) as typeof handle.read;
    let at = 0;
    for await (const chunk of streamOf(handle, chunkBytes) as AsyncIterable<Buffer>) {
      // Time enough for every read that could be on its way.
      for (let ticks = 0; ticks < 5; ticks++) await setImmediate();
      expect(chunk.equals(BYTES.subarray(at, at + chunk.length))).toBe(true);
      at += chunk.length;
    }
    expect(at).toBe(BYTES.length);
    expect(handle.fd).toBe(-1);
  },
);

test('a stream that is not read to its end closes its file, too', async () => {
  const handle = await open(await file());
  const stream = streamOf(handle, 10);
  // A reader that leaves early aborts it, which is what it tells.
  stream.on('error', () => undefined);
  const closed = new Promise((resolve) => stream.on('close', resolve));
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    expect(chunk.length).toBe(10);
    break;
  }
  await closed;
  expect(handle.fd).toBe(-1);
});

test('what the disk refuses reaches the reader', async () => {
  const handle = await open(await file());
  const refusal = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  handle.read = () => Promise.reject(refusal);
  await expect(streamOf(handle, 10).toArray()).rejects.toBe(refusal);
  expect(handle.fd).toBe(-1);
});
