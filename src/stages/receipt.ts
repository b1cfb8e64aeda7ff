import type { AcceptedEntry, OwnedObject, Part } from '../lake/entry.ts';

/** Identity of a file's bytes. */
export interface Received {
  /** SHA-256 of the bytes as received, lower-case hex. */
  readonly cid: string;
  readonly bytes: number;
  /** SHA-256 of the sidecar that was read with them, if there is one. */
  readonly sidecarHash?: string;
}

/** A file that was received and can be judged. */
export interface Receipt extends Received {
  /** @throws FileRejectedError if the file as a whole cannot be taken */
  judge(): Promise<Validated>;
}

/** Staged, and without a place yet: that follows from the entry's number. */
export type StagedPart = Omit<Part, 'key'>;
export type StagedBadRecords = Omit<OwnedObject, 'key'> & { readonly format: 'jsonl' | 'parquet' };

/** What validation found in one file: a function of its bytes, the contract and `asOf`. */
export interface Validated {
  readonly counts: AcceptedEntry['counts'];
  readonly reasons: Readonly<Record<string, number>>;
  readonly blanked: Readonly<Record<string, number>>;
  readonly ignoredColumns: readonly string[];
  readonly parts: readonly StagedPart[];
  readonly badRecords: readonly StagedBadRecords[];
  /** The last record looks as if the file had been cut in it. */
  readonly suspectTruncated?: boolean;
}
