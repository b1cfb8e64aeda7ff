import type { Dataset } from '../contracts/contract.ts';
import type { SyncResult } from '../tables/sync-result.ts';

export type { BadRecord } from '../stages/validate/bad-record.ts';
export type { SkippedItem, SyncResult as ItemCounts } from '../tables/sync-result.ts';

/** Where a file stands; also the ledger's `status`. */
export type FileStatus = 'processing' | 'success' | 'failed' | 'duplicate';

/** What became of one source file. The JSON of `run` and `files`: names here only ever grow. */
export interface FileReport {
  readonly dataset: Dataset;
  /** The key below `raw/<dataset>/`. */
  readonly filename: string;
  readonly status: FileStatus;
  /** ISO time, or null while processing for the first time. */
  readonly processed_on: string | null;
  /** Records in the file; always valid + bad. */
  readonly rows: number;
  readonly valid: number;
  readonly bad: number;
  /** Plays that this file itself delivers more than once, each repetition counted; part of `valid`. */
  readonly duplicates: number;
  /** Plays whose track, or user, the current catalogue does not know. Users and songs: always 0. */
  readonly unknown_track: number;
  readonly unknown_user: number;
  readonly dates: readonly string[];
  /** Bad rows by reason code; a row with two reasons counts in both. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Optional values that could not be read and were left empty, by column. */
  readonly blanked: Readonly<Record<string, number>>;
  readonly ignored_columns: readonly string[];
  /** The last row is bad in a way that a broken upload would make: the file may be only a part. */
  readonly suspect_truncated: boolean;
  /** SHA-256 of the bytes as received, lower-case hex; null until known. */
  readonly hash: string | null;
  readonly bytes: number;
  /** Why the whole file was rejected and what to do, or null. */
  readonly error: string | null;
  /** The file that had brought the same bytes before, or null. */
  readonly duplicate_of: string | null;
  /** Number of the log entry that decided this file, or null. */
  readonly log_number: number | null;
  /** Where the source file is now, as a key of the lake. */
  readonly location: string | null;
}

/** A date that this run published. */
export interface DateReport {
  readonly date: string;
  /** Number of the newest log entry that its KPIs include. */
  readonly version: number;
  /** Distinct plays of the date. */
  readonly plays: number;
  /** What was done to the tables; `skipped` are items that DynamoDB cannot hold, with the reason. */
  readonly items: SyncResult;
}

export interface RunReport {
  readonly run: string;
  readonly seconds: number;
  /** Play files, in the order in which they were taken. */
  readonly files: readonly FileReport[];
  /** Files of users and songs that were taken. */
  readonly catalogue: readonly FileReport[];
  readonly dates: readonly DateReport[];
}

/** What was done while a lake was watched. */
export interface WatchReport {
  /** Those that only reconciled are counted, too. */
  readonly passes: number;
  /** Files that were taken, those of users and songs included. */
  readonly files: number;
  /** Of those, how many were rejected. */
  readonly rejected: number;
  /** Publications of dates: a date that is published twice counts twice. */
  readonly dates: number;
  readonly seconds: number;
}

export interface RunSummary {
  readonly run: string;
  /** ISO time. */
  readonly started: string;
  readonly seconds: number;
  readonly files: number;
  readonly rejected: number;
  readonly dates: number;
}

export interface StatusReport {
  readonly lake: string;
  /** Play files by state; `pending` lie in raw and no run has taken them. */
  readonly files: Readonly<Record<FileStatus | 'pending', number>>;
  readonly dates: { readonly published: number; readonly behind: number };
  /** Bad rows of all datasets by reason. */
  readonly bad_records: Readonly<Record<string, number>>;
  readonly catalogue: { readonly users: number; readonly songs: number };
  readonly plays: { readonly valid: number; readonly unknown_track: number; readonly unknown_user: number };
  /** Newest first, at most ten. */
  readonly runs: readonly RunSummary[];
}
