import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import { locateRecords, type LocatedRecord, type RowVerdict } from '../../src/csv/locate.ts';
import { DEFAULT_SCAN_LIMITS, takeSnapshot, type ScanLimits, type Snapshot } from '../../src/csv/snapshot.ts';

/** A directory of this test file's own, removed when its tests are done. */
export function temporaryDirectory(): { path(name: string): string } {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'hitparade-csv-'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });
  return { path: (name) => join(directory, name) };
}

export interface ScanOptions {
  readonly blockBytes?: number;
  readonly limits?: Partial<ScanLimits>;
  readonly compressed?: boolean;
  /** Lengths of the source's chunks, used over and over; default one chunk. */
  readonly chunks?: readonly number[];
  readonly segmentBytes?: number;
}

/** A stream that delivers the bytes in chunks of these lengths. */
function streamOf(bytes: Buffer, chunks: readonly number[] = [Math.max(bytes.length, 1)]): Readable {
  function* cut(): Generator<Buffer> {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const length = chunks[i % chunks.length] ?? 1;
      yield bytes.subarray(at, at + length);
      at += length;
    }
  }
  return Readable.from(cut(), { objectMode: false });
}

export function bytesOf(input: string | Uint8Array): Buffer {
  return Buffer.from(input);
}

export function limitsOf(limits: Partial<ScanLimits> = {}): ScanLimits {
  return { ...DEFAULT_SCAN_LIMITS, maxRecordBytes: 4096, ...limits };
}

export async function snapshotOf(
  directory: { path(name: string): string },
  input: string | Uint8Array,
  options: ScanOptions = {},
): Promise<Snapshot> {
  const { blockBytes, segmentBytes, compressed = false, chunks } = options;
  return takeSnapshot(streamOf(bytesOf(input), chunks), {
    segmentPath: (index) => directory.path(`segment-${index}`),
    placesPath: directory.path('places'),
    // A handful of records, so that small files have places of both kinds.
    placesInMemory: 100,
    compressed,
    limits: limitsOf(options.limits),
    ...(blockBytes === undefined ? {} : { blockBytes }),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
  });
}

/** In portions of no, one, two, three and again no verdicts: how they come must not matter. */
// eslint-disable-next-line @typescript-eslint/require-await -- an async source is what is asked for
export async function* verdictsFor(rows: Iterable<number>): AsyncGenerator<readonly RowVerdict[]> {
  const verdicts = Array.from(rows, (row) => ({ row, reasons: [`rule_${row}`] }));
  for (let from = 0, size = 0; from < verdicts.length; from += size, size = (size + 1) % 4)
    yield verdicts.slice(from, from + size);
}

/** Every malformed record of the file, and each `nth` clean one with the reason `rule_<row>`. */
export async function allRecords(
  { records: total, malformed, batches }: Snapshot,
  options: ScanOptions = {},
  nth = 1,
): Promise<LocatedRecord[]> {
  const rows = Array.from({ length: Math.floor((total - malformed) / nth) }, (_, i) => (i + 1) * nth);
  const records: LocatedRecord[] = [];
  const located = locateRecords({ batches }, verdictsFor(rows), limitsOf(options.limits));
  for await (const batch of located)
    for (const record of batch) records.push({ ...record, raw: Buffer.from(record.raw) });
  return records;
}

/** The segments of a file as one text. */
export async function cleanText({ segments }: Snapshot): Promise<Buffer> {
  return Buffer.concat(await Promise.all(segments.map(({ path }) => readFile(path))));
}
