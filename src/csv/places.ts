import { open, type FileHandle } from 'node:fs/promises';
import type { RecordBatch } from './record-batch.ts';
import type { Stretch } from './stretch.ts';

/** What is kept of a batch, so that its bad records can be located when the engine has judged. */
export interface PlacedBatch {
  readonly count: number;
  readonly malformed: number;
  /** Data records of the file before this batch. */
  readonly recordsBefore: number;
  /** As in `RecordBatch`. */
  readonly firstLine: number;
  readonly base: number;
  /** Offset in the file of the first record, which may begin long before `base`. */
  readonly firstByte: number;
  /** The well-formed records, each ended by LF; undefined if there are none. */
  readonly text: Stretch | undefined;
  /** What `unpack` takes. */
  readonly packed: Uint8Array | Stretch;
}

/** Where the records of one batch stand, as in `RecordBatch`, and the malformed ones themselves. */
export interface Places {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly lines: Int32Array;
  readonly flags: Uint8Array;
  /** The malformed records one after another, of an oversized one only the beginning. */
  readonly malformed: Uint8Array;
}

/** Bytes of three numbers and the flags. */
const PLACE_BYTES = 3 * 4 + 1;

/** So many bytes of places need no file: a small delivery should not cost one more. */
const IN_MEMORY_BYTES = 64 * 1024;

/** Keeps the places of all records: in memory one small object a batch, on disk 13 bytes a record. */
export class PlaceWriter {
  readonly #path: string;
  readonly #maxRecordBytes: number;
  readonly #batches: PlacedBatch[] = [];
  #memory: number;
  #file: FileHandle | undefined;
  #written = 0;
  #out = new Uint8Array(0);

  constructor(path: string, maxRecordBytes: number, inMemoryBytes = IN_MEMORY_BYTES) {
    this.#path = path;
    this.#maxRecordBytes = maxRecordBytes;
    this.#memory = inMemoryBytes;
  }

  get batches(): readonly PlacedBatch[] {
    return this.#batches;
  }

  /** The batch is free again when the promise is kept. */
  async add(batch: RecordBatch, text: Stretch | undefined): Promise<void> {
    const { count, malformed, recordsBefore, firstLine, base } = batch;
    if (count === 0) return;
    const packed = await this.#keep(batch);
    const firstByte = batch.byteOf(0);
    this.#batches.push({ count, malformed, recordsBefore, firstLine, base, firstByte, text, packed });
  }

  async #keep(batch: RecordBatch): Promise<Uint8Array | Stretch> {
    const bytes = packedBytes(batch, this.#maxRecordBytes);
    if (bytes <= this.#memory) {
      this.#memory -= bytes;
      return pack(batch, this.#maxRecordBytes, new Uint8Array(bytes));
    }
    if (this.#out.length < bytes) this.#out = new Uint8Array(bytes);
    this.#file ??= await open(this.#path, 'w');
    await this.#file.writeFile(pack(batch, this.#maxRecordBytes, this.#out.subarray(0, bytes)));
    this.#written += bytes;
    return { path: this.#path, from: this.#written - bytes, bytes };
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

function packedBytes(batch: RecordBatch, maxRecordBytes: number): number {
  let bytes = batch.count * PLACE_BYTES;
  if (batch.malformed === 0) return bytes;
  for (let i = 0; i < batch.count; i++) if (batch.isMalformed(i)) bytes += batch.rawBytes(i, maxRecordBytes);
  return bytes;
}

/** Copies whole arrays, so that good records cost no loop. */
function pack(batch: RecordBatch, maxRecordBytes: number, out: Uint8Array): Uint8Array {
  const { count, starts, ends, lines, flags } = batch;
  let length = 0;
  for (const array of [starts, ends, lines, flags]) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, count * array.BYTES_PER_ELEMENT);
    out.set(bytes, length);
    length += bytes.length;
  }
  if (batch.malformed === 0) return out;
  for (let i = 0; i < count; i++)
    if (batch.isMalformed(i)) length += batch.copyRaw(i, maxRecordBytes, out, length);
  return out;
}

/** Copies nothing: what is packed must begin where numbers of four bytes can. */
export function unpack(packed: Uint8Array, count: number): Places {
  const numbers = (n: number): Int32Array =>
    new Int32Array(packed.buffer, packed.byteOffset + 4 * n * count, count);
  return {
    starts: numbers(0),
    ends: numbers(1),
    lines: numbers(2),
    flags: packed.subarray(12 * count, PLACE_BYTES * count),
    malformed: packed.subarray(PLACE_BYTES * count),
  };
}
