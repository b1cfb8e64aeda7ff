import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../src/errors.ts';
import { locateRecords, type RowVerdict } from '../../src/csv/locate.ts';
import { takeSnapshot } from '../../src/csv/snapshot.ts';
import {
  allRecords,
  limitsOf,
  snapshotOf,
  temporaryDirectory,
  verdictsFor,
  type ScanOptions,
} from './harness.ts';

const directory = temporaryDirectory();

async function reasonsOf(input: string | Uint8Array, options: ScanOptions): Promise<(readonly string[])[]> {
  const snapshot = await snapshotOf(directory, input, options);
  return (await allRecords(snapshot, options)).map(({ reasons }) => reasons);
}

const MEGABYTES = 192;
const MANY_MALFORMED = { records: MEGABYTES * 1024 + 1, malformed: MEGABYTES * 1024 };

describe('limits of a record', () => {
  const block = { blockBytes: 16 };
  it('a field may have maxFieldBytes, with its quotes', async () => {
    const limits = { maxFieldBytes: 10 };
    const file = `a,b\n${'x'.repeat(9)},1\n${'x'.repeat(10)},1\n1,"${'x'.repeat(8)}"\n`;
    expect(await reasonsOf(file, { ...block, limits })).toEqual([['rule_1'], ['rule_2'], ['rule_3']]);
    const over = `a,b\n${'x'.repeat(11)},1\n1,"${'x'.repeat(9)}"\n1,${'x'.repeat(11)}`;
    expect(await reasonsOf(over, { ...block, limits })).toEqual([
      ['field_too_long'],
      ['field_too_long'],
      ['field_too_long'],
    ]);
  });

  it('a record may have maxRecordBytes, without its line end', async () => {
    const limits = { maxRecordBytes: 40 };
    for (const end of ['\n', '\r\n', ''])
      for (const [length, reason] of [
        [39, 'rule_1'],
        [40, 'rule_1'],
        [41, 'row_too_long'],
        [120, 'row_too_long'],
      ] as const)
        expect(await reasonsOf(`a,b\n${'x,'.padEnd(length, 'y')}${end}`, { ...block, limits })).toEqual([
          [reason],
        ]);
  });

  it('an oversized record is cut, but all its reasons, its end and what follows are found', async () => {
    const limits = { maxRecordBytes: 20, maxFieldBytes: 30 };
    const long = Buffer.from(`"${'\n'.repeat(50)}","\0${'é'.repeat(40)}",3`);
    const broken = Buffer.concat([Buffer.from('1,x"'), Buffer.alloc(60, '"'), Buffer.from([0xc3])]);
    const file = Buffer.concat([
      Buffer.from('a,b\n1,2\n'),
      long,
      Buffer.from('\r\n3,4\n'),
      broken,
      Buffer.from('\n5,6'),
    ]);
    for (let blockBytes = 16; blockBytes <= 64; blockBytes++) {
      const snapshot = await snapshotOf(directory, file, { blockBytes, limits });
      const records = await allRecords(snapshot, { blockBytes, limits });
      expect(
        records.map(({ line, byte, reasons, raw, truncated }) => ({
          line,
          byte,
          reasons,
          raw: raw.toString('latin1'),
          truncated,
        })),
      ).toEqual([
        { line: 2, byte: 4, reasons: ['rule_1'], raw: '1,2', truncated: false },
        {
          line: 3,
          byte: 8,
          reasons: ['wrong_column_count', 'nul_byte', 'field_too_long', 'row_too_long'],
          raw: long.toString('latin1', 0, 20),
          truncated: true,
        },
        { line: 54, byte: 10 + long.length, reasons: ['rule_2'], raw: '3,4', truncated: false },
        {
          line: 55,
          byte: 14 + long.length,
          reasons: ['malformed_quote', 'invalid_utf8', 'field_too_long', 'row_too_long'],
          raw: broken.toString('latin1', 0, 20),
          truncated: true,
        },
        {
          line: 56,
          byte: 15 + long.length + broken.length,
          reasons: ['rule_3'],
          raw: '5,6',
          truncated: false,
        },
      ]);
    }
  });

  it('a UTF-8 sequence of an oversized record may cross any block boundary', async () => {
    const limits = { maxRecordBytes: 20 };
    for (let blockBytes = 16; blockBytes <= 24; blockBytes++)
      expect(await reasonsOf(`a\n${'x🎵é'.repeat(30)}\n`, { blockBytes, limits })).toEqual([
        ['row_too_long'],
      ]);
  });

  it.each([
    ['a record of any length', 'a,b\n1,"', 'x', '"\n3,4\n', { records: 2, malformed: 1 }],
    ['any number of malformed records', 'a,b\n', `${'x'.repeat(1023)}\n`, '3,4\n', MANY_MALFORMED],
  ])('%s takes bounded memory', async (_, begin, repeated, end, expected) => {
    const chunk = Buffer.alloc(1024 * 1024, repeated);
    function* file(): Generator<Buffer> {
      yield Buffer.from(begin);
      for (let i = 0; i < MEGABYTES; i++) yield chunk;
      yield Buffer.from(end);
    }
    const before = process.memoryUsage().rss;
    const source = Readable.from(file(), { objectMode: false });
    const limits = limitsOf({ maxRecordBytes: 1024 * 1024 });
    let peak = before;
    const onProgress = (): void => {
      peak = Math.max(peak, process.memoryUsage().rss);
    };
    const { records, malformed } = await takeSnapshot(source, {
      segmentPath: () => '/dev/null',
      placesPath: '/dev/null',
      compressed: false,
      limits,
      onProgress,
    });
    expect({ records, malformed }).toEqual(expected);
    expect(peak - before).toBeLessThan(128 * 1024 * 1024);
  });
});

describe('limits of a file', () => {
  const rejected = (code: string): unknown => expect.objectContaining({ code });

  it('maxColumns of the header', async () => {
    const header = Array.from({ length: 5 }, (_, i) => `c${i}`).join(',');
    for (const maxColumns of [5, 6])
      expect((await snapshotOf(directory, header, { limits: { maxColumns } })).header).toHaveLength(5);
    await expect(snapshotOf(directory, header, { limits: { maxColumns: 4 } })).rejects.toEqual(
      rejected('too_many_columns'),
    );
  });
  it('maxRecords, malformed ones included', async () => {
    const file = 'a,b\n1,2\n3\n5,6\n';
    for (const maxRecords of [3, 4])
      expect((await snapshotOf(directory, file, { limits: { maxRecords } })).records).toBe(3);
    for (const blockBytes of [16, 1024])
      await expect(snapshotOf(directory, file, { blockBytes, limits: { maxRecords: 2 } })).rejects.toEqual(
        rejected('too_many_records'),
      );
  });
  it('maxBytes, uncompressed', async () => {
    const file = `a,b\n${'1,2\n'.repeat(99)}`;
    for (const blockBytes of [16, 1024])
      for (const maxBytes of [399, 400, 401])
        for (const compressed of [false, true]) {
          const taken = snapshotOf(directory, compressed ? gzipSync(file) : file, {
            compressed,
            blockBytes,
            limits: { maxBytes },
          });
          if (maxBytes < 400) await expect(taken).rejects.toEqual(rejected('too_many_bytes'));
          else expect((await taken).records).toBe(99);
        }
  });
  it('maxBytes also bounds what unpacks to nothing', async () => {
    const empty = Buffer.concat(Array.from({ length: 50 }, () => gzipSync('')));
    const taken = snapshotOf(directory, empty, {
      compressed: true,
      blockBytes: 64,
      limits: { maxBytes: 500 },
    });
    await expect(taken).rejects.toEqual(rejected('too_many_bytes'));
  });
  it('a header that is too long to be held', async () => {
    for (const length of [21, 200])
      await expect(
        snapshotOf(directory, `${'a'.repeat(length)}\n1\n`, {
          blockBytes: 16,
          limits: { maxRecordBytes: 20 },
        }),
      ).rejects.toEqual(rejected('malformed_header'));
  });
});

describe('failures on the way', () => {
  const options = (): Parameters<typeof takeSnapshot>[1] => ({
    segmentPath: (index) => directory.path(`segment-${index}`),
    placesPath: directory.path('places'),
    compressed: false,
    limits: limitsOf(),
    blockBytes: 16,
  });
  const endless = (): Readable =>
    Readable.from(
      (function* () {
        for (;;) yield Buffer.from('a,b\n');
      })(),
      { objectMode: false },
    );

  it('an abort throws its reason and destroys the source, wherever it happens', async () => {
    for (const compressed of [false, true])
      for (const reason of [new Error('enough'), 'enough']) {
        const source = compressed ? new Readable({ read: () => undefined }) : endless();
        const abort = new AbortController();
        const taken = takeSnapshot(source, {
          ...options(),
          compressed,
          signal: abort.signal,
          onProgress: (bytes) => {
            if (bytes > 1000) abort.abort(reason);
          },
        });
        if (compressed)
          setImmediate(() => {
            abort.abort(reason);
          });
        await expect(taken).rejects.toBe(reason);
        expect(source.destroyed).toBe(true);
      }
  });
  it('an abort beforehand opens nothing', async () => {
    const source = endless();
    await expect(takeSnapshot(source, { ...options(), signal: AbortSignal.abort() })).rejects.toThrow(
      'abort',
    );
    expect(source.destroyed).toBe(true);
  });
  it.skipIf(process.platform !== 'linux')('who stops locating leaves no file open', async () => {
    const snapshot = await snapshotOf(directory, `a,b\n${'1\n1,2\n'.repeat(500)}`, { blockBytes: 16 });
    let verdictsClosed = false;
    async function* verdicts(): AsyncGenerator<readonly RowVerdict[]> {
      try {
        yield* verdictsFor([50, 51, 52]);
      } finally {
        verdictsClosed = true;
      }
    }
    const openFiles = (): string[] =>
      readdirSync('/proc/self/fd').filter((fd) => {
        const path = `/proc/self/fd/${fd}`;
        // The listing itself was open, too.
        return existsSync(path) && readlinkSync(path).startsWith(directory.path('.'));
      });
    for await (const batch of locateRecords(snapshot, verdicts(), limitsOf())) {
      if (batch.every(({ record }) => record < 100)) continue;
      expect(openFiles()).toHaveLength(2);
      break;
    }
    expect({ open: openFiles(), verdictsClosed }).toEqual({ open: [], verdictsClosed: true });
  });
  it('a source that fails before anybody reads it is an error like any other', async () => {
    const source = new Readable({ read: () => undefined });
    source.destroy(new Error('no such object'));
    await expect(takeSnapshot(source, options())).rejects.toThrow('no such object');
  });
  it("the source's own error comes through", async () => {
    const source = Readable.from(
      (function* () {
        yield Buffer.from('a,b\n1,"');
        throw new Error('connection reset');
      })(),
      { objectMode: false },
    );
    await expect(takeSnapshot(source, options())).rejects.toThrow('connection reset');
  });
  it('a path that cannot be written is an error, and the source is destroyed', async () => {
    const source = endless();
    const segmentPath = (): string => directory.path('no/such');
    await expect(takeSnapshot(source, { ...options(), segmentPath })).rejects.toThrow('ENOENT');
    expect(source.destroyed).toBe(true);
  });
  it.skipIf(process.platform !== 'linux')('a full disk is an error', async () => {
    await expect(
      takeSnapshot(Readable.from([Buffer.from('a\r1')]), { ...options(), segmentPath: () => '/dev/full' }),
    ).rejects.toThrow('ENOSPC');
  });
  it('progress tells bytes received and records', async () => {
    const seen: [number, number][] = [];
    const onProgress = (bytes: number, records: number): void => void seen.push([bytes, records]);
    await takeSnapshot(Readable.from([Buffer.from('a,b\n'.repeat(8))]), { ...options(), onProgress });
    expect(seen).toEqual([
      [16, 3],
      [32, 7],
      [32, 7],
    ]);
  });
});

describe('verdicts', () => {
  const drain = async (rows: number[]): Promise<void> => {
    const snapshot = await snapshotOf(directory, 'a,b\n1,2\n3\n5,6\n');
    for await (const batch of locateRecords(snapshot, verdictsFor(rows), limitsOf()))
      expect(batch).toBeDefined();
  };
  it('count the clean records only', async () => {
    const snapshot = await snapshotOf(directory, 'a,b\n1,2\n3\n5,6\n7,8\n');
    const found: [number, readonly string[]][] = [];
    for await (const batch of locateRecords(snapshot, verdictsFor([2]), limitsOf()))
      for (const { record, reasons } of batch) found.push([record, reasons]);
    expect(found).toEqual([
      [2, ['wrong_column_count']],
      [3, ['rule_2']],
    ]);
  });
  it('give records in portions, however many of one block are bad', async () => {
    const snapshot = await snapshotOf(directory, `a,b\n${'1\n1,2\n'.repeat(3_000)}`);
    const rows = Array.from({ length: 3_000 }, (_, index) => index + 1);
    const sizes: number[] = [];
    for await (const records of locateRecords(snapshot, verdictsFor(rows), limitsOf()))
      sizes.push(records.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_024);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(6_000);
  });
  it('for rows that do not exist or do not ascend are refused', async () => {
    for (const rows of [[3], [1, 1], [2, 1], [0], [1.5], [NaN]])
      await expect(drain(rows)).rejects.toThrow(InvariantError);
  });
  it('cannot be placed in files that are not as the scan left them', async () => {
    const file = `a,b\n${'1,2\n3\n'.repeat(50)}`;
    const placed = async (damaged: string, change: (bytes: Buffer) => Uint8Array): Promise<void> => {
      const snapshot = await snapshotOf(directory, file);
      const path = directory.path(damaged);
      await writeFile(path, change(await readFile(path)));
      await allRecords(snapshot);
    };
    for (const name of ['segment-0', 'places']) {
      await expect(placed(name, (bytes) => bytes)).resolves.toBeUndefined();
      await expect(placed(name, (bytes) => bytes.subarray(1))).rejects.toThrow(InvariantError);
    }
    // The end of the second record: all that follows would be cut from the wrong place.
    const oneOff = (bytes: Buffer): Buffer => {
      const ends = 100 * 4;
      bytes.writeInt8(bytes.readInt8(ends + 4) + 1, ends + 4);
      return bytes;
    };
    await expect(placed('places', oneOff)).rejects.toThrow(InvariantError);
  });
});
