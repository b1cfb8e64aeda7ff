import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ScanRejectedError } from '../../src/csv/errors.ts';
import {
  allRecords,
  bytesOf,
  cleanText,
  snapshotOf,
  temporaryDirectory,
  type ScanOptions,
} from './harness.ts';

const directory = temporaryDirectory();

async function rejectionOf(input: string | Uint8Array, options?: ScanOptions): Promise<ScanRejectedError> {
  const error: unknown = await snapshotOf(directory, input, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ScanRejectedError) return error;
  throw new Error('The file was not rejected.', { cause: error });
}

describe('a file is rejected', () => {
  const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
  const cases: readonly (readonly [
    rule: string,
    input: string | Uint8Array,
    code: string,
    byte?: number,
    line?: number,
  ])[] = [
    ['if a quote is never closed', 'a,b\r\n1,2\r\n3,"x\r\n5,6\r\n', 'unterminated_quote', 12, 3],
    ['if the header opens a quote for good', '"a,b\n1,2\n', 'unterminated_quote', 0, 1],
    ['if a doubled quote leaves a quote open', 'a\n"x""', 'unterminated_quote', 2, 2],
    [
      'if it begins with a UTF-16LE mark',
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16('a,b\n')]),
      'wrong_encoding',
    ],
    ['if it begins with a UTF-16BE mark', Buffer.from([0xfe, 0xff, 0, 0x61]), 'wrong_encoding'],
    ['if it begins with a UTF-32LE mark', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'wrong_encoding'],
    ['if it begins with a UTF-32BE mark', Buffer.from([0, 0, 0xfe, 0xff]), 'wrong_encoding'],
    ['if it is UTF-16LE without a mark', utf16('a,b\n1,2\n'), 'wrong_encoding', 0, 1],
    ['if it is UTF-16BE without a mark', utf16('a,b\n1,2\n').swap16(), 'wrong_encoding', 0, 1],
    ['if its header has a misplaced quote', '\na,b"\n1,2\n', 'malformed_header', 1, 2],
    ['if its header is not UTF-8', Buffer.from('\xe9,b\n', 'latin1'), 'malformed_header', 0, 1],
    ['if it is gzip under the name of a CSV file', gzipSync('a,b\n1,2\n'), 'unexpected_gzip', 0, 1],
  ];
  for (const [rule, input, code, byte, line] of cases)
    it(rule, async () => {
      for (const blockBytes of [16, 17, 64]) {
        const error = await rejectionOf(input, { blockBytes });
        expect(error).toMatchObject({
          code,
          ...(byte === undefined ? {} : { byte }),
          ...(line === undefined ? {} : { line }),
        });
        expect(error.hint).not.toBe('');
      }
    });

  it('and received to its end all the same, so that it can be told from others', async () => {
    const file = bytesOf(`a"\n${'1\n'.repeat(100)}`);
    const error = await rejectionOf(file, { blockBytes: 16 });
    const sha256 = createHash('sha256').update(file).digest('hex');
    expect(error.received).toEqual({ sha256, bytes: file.length });
  });

  it('with a message that names the byte and line of an unterminated quote', async () => {
    const error = await rejectionOf('a,b\n1,"2\n');
    expect(error.message).toContain('at byte 6, line 2');
  });
});

describe('gzip', () => {
  const text = 'a,b\n1,2\n\n"3\r\n",4\n5\n';
  const packed = gzipSync(text);
  const half = text.length / 2;
  const accepted: readonly (readonly [rule: string, input: Buffer])[] = [
    ['of one member is unpacked', packed],
    [
      'of several members is unpacked',
      Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]),
    ],
    ['may hold empty members', Buffer.concat([gzipSync(''), packed, gzipSync('')])],
  ];
  for (const [rule, input] of accepted)
    it(rule, async () => {
      const plain = await snapshotOf(directory, text);
      const expected = await allRecords(plain);
      for (const blockBytes of [16, 23, 1024])
        for (const chunks of [[1], [7, 30], [input.length]]) {
          const snapshot = await snapshotOf(directory, input, { compressed: true, blockBytes, chunks });
          expect(snapshot).toMatchObject({
            header: ['a', 'b'],
            records: 3,
            malformed: 1,
            bytes: input.length,
            sha256: createHash('sha256').update(input).digest('hex'),
          });
          expect((await cleanText(snapshot)).toString()).toBe('1,2\n"3\r\n",4\n');
          expect(await allRecords(snapshot, { blockBytes })).toEqual(expected);
        }
    });

  const corrupt = Buffer.from(packed);
  corrupt.writeUInt32LE(0, packed.length - 8);
  const rejected: readonly (readonly [rule: string, input: Buffer])[] = [
    ['without a byte is damaged', Buffer.alloc(0)],
    ['that is plain text is damaged', Buffer.from(text)],
    ['with a wrong checksum is damaged', corrupt],
    ['cut within its last member is damaged', Buffer.concat([packed, packed.subarray(0, -1)])],
    ['cut after a member header is damaged', Buffer.concat([packed, packed.subarray(0, 10)])],
    ['followed by garbage is damaged', Buffer.concat([packed, Buffer.from('garbage')])],
    ['followed by one byte is damaged', Buffer.concat([packed, Buffer.from('x')])],
    ['followed by NUL bytes is damaged', Buffer.concat([packed, Buffer.alloc(9)])],
    ['with members behind NUL bytes is damaged', Buffer.concat([packed, Buffer.alloc(9), packed])],
  ];
  for (const [rule, input] of rejected)
    it(rule, async () => {
      for (const blockBytes of [16, 23, 1024])
        for (const chunks of [[1], [Math.max(packed.length, 1)], [1000]]) {
          const error = await rejectionOf(input, { compressed: true, blockBytes, chunks });
          expect(error.code).toBe('broken_gzip');
          expect(error.received?.bytes).toBe(input.length);
        }
    });
  it('cut anywhere is damaged', async () => {
    for (let length = 1; length < packed.length; length++)
      expect((await rejectionOf(packed.subarray(0, length), { compressed: true })).code).toBe('broken_gzip');
  });

  it('that unpacks to more than the ratio allows is rejected early, in bounded memory', async () => {
    const member = gzipSync(Buffer.alloc(1024 * 1024, 'x'));
    const bomb = Buffer.concat([gzipSync('a\n'), ...Array.from({ length: 400 }, () => member)]);
    const before = process.memoryUsage().rss;
    const error = await rejectionOf(bomb, { compressed: true, chunks: [65_536], blockBytes: 65_536 });
    expect(error.code).toBe('gzip_ratio');
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });
  it('is judged by its ratio only beyond the free bytes, and exactly', async () => {
    const input = Buffer.from(`a\n${'x\n'.repeat(50_000)}`);
    const small = gzipSync(input);
    const exact = input.length / small.length;
    const judge = (limits: ScanOptions['limits']): Promise<unknown> =>
      snapshotOf(directory, small, { compressed: true, limits: limits ?? {} });
    await expect(judge({ gzipRatioFreeBytes: input.length, maxGzipRatio: 1 })).resolves.toBeDefined();
    await expect(judge({ gzipRatioFreeBytes: input.length - 1, maxGzipRatio: 1 })).rejects.toThrow(
      'more than 1 times',
    );
    await expect(judge({ gzipRatioFreeBytes: 0, maxGzipRatio: exact })).resolves.toBeDefined();
    await expect(judge({ gzipRatioFreeBytes: 0, maxGzipRatio: exact * 0.999 })).rejects.toThrow(
      ScanRejectedError,
    );
  });
  it('of bytes that do not compress passes the ratio', async () => {
    const noise = gzipSync(`a\n${randomBytes(100_000).toString('hex')}`);
    const snapshot = await snapshotOf(directory, noise, {
      compressed: true,
      limits: { gzipRatioFreeBytes: 0, maxGzipRatio: 3 },
    });
    expect(snapshot.records).toBe(1);
  });
});
