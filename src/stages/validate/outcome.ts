import type { AcceptedEntry, OwnedObject, Part } from '../../lake/entry.ts';

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
}
