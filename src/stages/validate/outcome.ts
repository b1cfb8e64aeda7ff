import type { AcceptedEntry, OwnedObject, Part } from '../../lake/entry.ts';

/** What validation found in one file: a function of its bytes, the contract and `asOf`. */
export interface Validated {
  readonly counts: AcceptedEntry['counts'];
  readonly reasons: Readonly<Record<string, number>>;
  readonly blanked: Readonly<Record<string, number>>;
  readonly ignoredColumns: readonly string[];
  readonly parts: readonly Part[];
  readonly badRecords: readonly OwnedObject[];
}
