import { open, type FileHandle } from 'node:fs/promises';
import { CleanText } from './clean-text.ts';
import type { RecordBatch } from './record-batch.ts';
import type { Stretch } from './stretch.ts';

/**
 * A stretch of what an engine reads: whole well-formed records, without a header, each ended by LF. Cut where
 * a record ends, so that several threads can read a file with quoted line breaks, each its own segments.
 */
export interface Segment {
  readonly path: string;
  /** Records in it. */
  readonly rows: number;
}

/** A segment is worth a thread of its own. */
const LEAST_BYTES = 4 * 1024 * 1024;
/** A segment may be this share of what came before it: a file of any size has tens of them, not thousands. */
const SHARE = 1 / 16;

/** Writes the well-formed records of a file into segments. */
export class SegmentWriter {
  readonly #pathOf: (index: number) => string;
  readonly #text = new CleanText();
  readonly #segments: { readonly path: string; rows: number }[] = [];
  readonly #leastBytes: number;
  #file: FileHandle | undefined;
  #segment = { path: '', rows: 0 };
  #bytes = 0;
  #segmentBytes = 0;

  constructor(pathOf: (index: number) => string, leastBytes = LEAST_BYTES) {
    this.#pathOf = pathOf;
    this.#leastBytes = leastBytes;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /**
   * The batch is free again when the promise is kept.
   * @returns where its well-formed records stand now; undefined if there are none
   */
  async add(batch: RecordBatch): Promise<Stretch | undefined> {
    const bytes = this.#text.of(batch);
    if (bytes.length === 0) return undefined;
    const file = this.#file ?? (await this.#begin());
    // Unlike write(), writeFile() goes on after a short write; it continues at the handle's position.
    await file.writeFile(bytes);
    const written = { path: this.#segment.path, from: this.#segmentBytes, bytes: bytes.length };
    this.#segment.rows += batch.count - batch.malformed;
    this.#bytes += bytes.length;
    this.#segmentBytes += bytes.length;
    if (this.#segmentBytes >= Math.max(this.#leastBytes, this.#bytes * SHARE)) await this.close();
    return written;
  }

  async #begin(): Promise<FileHandle> {
    this.#segment = { path: this.#pathOf(this.#segments.length), rows: 0 };
    this.#file = await open(this.#segment.path, 'w');
    this.#segments.push(this.#segment);
    this.#segmentBytes = 0;
    return this.#file;
  }

  /** Ends the segment; what is added later begins the next one. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
