import type { Dataset } from '../contracts/contract.ts';

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

export interface ItemCounts {
  readonly written: number;
  readonly deleted: number;
  readonly unchanged: number;
  /** Items that DynamoDB cannot hold, with the reason for each. */
  readonly skipped: readonly SkippedItem[];
}

export interface SkippedItem {
  readonly table: string;
  readonly key: Readonly<Record<string, string | number>>;
  readonly reason: string;
}

/** A date that this run published. */
export interface DateReport {
  readonly date: string;
  /** Number of the newest log entry that its KPIs include. */
  readonly version: number;
  /** Distinct plays of the date. */
  readonly plays: number;
  readonly items: ItemCounts;
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

/** A record that broke a rule, whole. */
export interface BadRecord {
  readonly dataset: Dataset;
  /** The key below `raw/<dataset>/`. */
  readonly file: string;
  /** SHA-256 of the file as received: two deliveries under one name differ here. */
  readonly hash: string;
  /** 1 is the first record after the header. */
  readonly record: number;
  /** Physical line on which the record begins; 1 is the file's first line. */
  readonly line: number;
  /** Offset of the record's first byte in the uncompressed file; 0 is the file's first byte. */
  readonly byte: number;
  readonly reasons: readonly string[];
  /** The record as it came, without its line end. Bytes that are not UTF-8 show as U+FFFD. */
  readonly raw: string;
  /** The same bytes in base64, present only if they are not valid UTF-8. */
  readonly raw_base64?: string;
  /** Present if `raw` holds only the beginning of an oversized record. */
  readonly truncated?: true;
}
