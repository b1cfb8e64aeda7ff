import { expect, test } from 'vitest';
import { readBlocks } from '../../src/csv/blocks.ts';

async function* inChunks(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += bytes) {
    yield await Promise.resolve(Buffer.from(text.slice(at, at + bytes)));
  }
}

const TEXT = 'abcdefghijklmnopqrstuvwxyz'.repeat(3);

test.each([1, 3, 10, 26, 77, 78, 1000])('blocks are the same for chunks of %i bytes', async (chunkBytes) => {
  const blocks: { text: string; offset: number; last: boolean }[] = [];
  for await (const { bytes, from, to, offset, last } of readBlocks(inChunks(TEXT, chunkBytes), 26, 40)) {
    blocks.push({ text: bytes.toString('latin1', from, to), offset, last });
  }
  const letters = TEXT.slice(0, 26);
  expect(blocks).toEqual([
    { text: letters, offset: 0, last: false },
    { text: letters, offset: 26, last: false },
    { text: letters, offset: 52, last: false },
    { text: '', offset: 78, last: true },
  ]);
});

test.each([1, 3, 10, 26, 77, 78, 1000])(
  'what a consumer moves before a block stands there before the next one, for chunks of %i bytes',
  async (chunkBytes) => {
    let carried = '';
    for await (const { bytes, from, to, last } of readBlocks(inChunks(TEXT, chunkBytes), 26, 78)) {
      const start = from - carried.length;
      expect(bytes.toString('latin1', start, from)).toBe(carried);
      expect(to < bytes.length).toBe(true);
      if (last) continue;
      // As the scanner does it: all that came so far and is not yet a record.
      carried = bytes.toString('latin1', start, to);
      bytes.copyWithin(from - (to - start), start, to);
    }
    expect(carried).toBe(TEXT);
  },
);

test('a small file gets a small buffer, whatever a block and a record may hold', async () => {
  for await (const { bytes } of readBlocks(inChunks(TEXT, 1000), 1 << 20, 1 << 20))
    expect(bytes.length).toBeLessThan(200);
});
