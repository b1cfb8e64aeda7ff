import type { Dialect } from './dialect.ts';

/** The types that parts and KPIs use: those that every reader of Parquet agrees on. */
export type SqlType = 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'DATE' | 'TIMESTAMP';

export type Columns = Readonly<Record<string, SqlType>>;

/** Parquet files that share these columns. No files is an empty relation. */
export interface ParquetInput {
  readonly format: 'parquet';
  readonly paths: readonly string[];
  readonly columns: Columns;
  /** Adds an INTEGER column of this name: the place in `paths` of the file that a row comes from, from 0. */
  readonly fileColumn?: string;
}

/** A stretch of a CSV file: whole records without a header. */
export interface CsvSegment {
  readonly path: string;
  /** Records in it. */
  readonly rows: number;
}

/**
 * One CSV file that the record scanner has vouched for: every record has exactly these columns, ends
 * with LF, is valid UTF-8 and quoted as RFC 4180 says. All columns are text; empty is NULL.
 */
export interface CsvInput {
  readonly format: 'csv';
  /** In the file's order. Each is read from its beginning by one thread; several at a time. */
  readonly segments: readonly CsvSegment[];
  /** The columns in the file's own order. */
  readonly columns: readonly string[];
  /** Upper bound for the bytes of one record. */
  readonly maxRecordBytes: number;
  /** Adds a BIGINT column of this name: 1 for the first record of the file, and so on. */
  readonly rowColumn?: string;
  /**
   * Adds rows that are no records. Their `rowColumn` is not positive, and minus it is how many records came before;
   * together that is how many were read. Each holds a text that is no number and no time, in all columns the same.
   */
  readonly tallied?: boolean;
}

/** Newline-delimited JSON objects. */
export interface JsonInput {
  readonly format: 'json';
  readonly path: string;
  readonly columns: Readonly<Record<string, SqlType | 'VARCHAR[]'>>;
}

export type PlanInput = ParquetInput | CsvInput | JsonInput;

/** A named relation that later steps and outputs can use. */
export interface PlanStep {
  readonly name: string;
  /** One SELECT over inputs and earlier steps. */
  readonly sql: string;
  /** Computed once and kept, because several outputs or steps read it. */
  readonly materialize?: boolean;
}

export type PlanOutput =
  /** One file at `path`. */
  | { readonly format: 'parquet' | 'csv'; readonly from: string; readonly path: string }
  /** One file per value of the column, as `<path>-<n>.parquet`, without the column. */
  | {
      readonly format: 'parquet';
      readonly from: string;
      readonly path: string;
      /** A column of type DATE or VARCHAR. */
      readonly partitionBy: string;
      /** Order of the rows within each file. */
      readonly orderBy?: readonly string[];
    }
  /** The same for a BOOLEAN or VARCHAR column of a few values, in one pass: `from` is neither sorted nor computed twice. */
  | {
      readonly format: 'parquet';
      readonly from: string;
      readonly path: string;
      readonly splitBy: string;
      /** A TIMESTAMP column whose range is told of each file. */
      readonly rangeOf: string;
    }
  /** A small result, handed back in memory. */
  | { readonly format: 'rows'; readonly from: string };

/** Inputs and steps that several plans begin with. */
export interface PlanBase {
  /** For progress and error messages. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, PlanInput>>;
  readonly steps: readonly PlanStep[];
}

/** What an engine executes: inputs, then steps in order, then outputs. */
export interface Plan extends PlanBase {
  readonly outputs: Readonly<Record<string, PlanOutput>>;
}

/** BIGINT as bigint, DOUBLE as number, DATE as `YYYY-MM-DD`, TIMESTAMP as `YYYY-MM-DD hh:mm:ss`. */
export type Value = string | number | bigint | boolean | null;
export type Row = Readonly<Record<string, Value>>;

export interface WrittenFile {
  readonly path: string;
  readonly rows: number;
  /** The partition's value, if the output is partitioned. */
  readonly partition?: string;
  /** The least and the greatest time in it, if that was asked for and it has any. */
  readonly range?: TimeRange;
}

/** Both included, as `YYYY-MM-DD hh:mm:ss`. */
export interface TimeRange {
  readonly least: string;
  readonly greatest: string;
}

export interface PlanResult {
  /** For each output with a file format: what was written. An empty partitioned output writes none. */
  readonly files: Readonly<Record<string, readonly WrittenFile[]>>;
  /** For each output with format `rows`. */
  readonly rows: Readonly<Record<string, readonly Row[]>>;
}

export interface PlanRunner {
  /**
   * @param onProgress called now and then, as long as the plan gets on: a plan that hangs gives no sign
   * @throws EngineError if the plan cannot be executed
   * @throws the signal's reason if aborted
   */
  run(plan: Plan, signal?: AbortSignal, onProgress?: () => void): Promise<PlanResult>;
  /** Gives back what it holds. */
  close(): Promise<void>;
}

export interface Engine extends PlanRunner {
  readonly name: string;
  readonly dialect: Dialect;
  /**
   * Executes the base once, for plans that read it one after the other, until the runner is closed.
   * @throws as `run`
   */
  prepare(base: PlanBase, signal?: AbortSignal, onProgress?: () => void): Promise<PlanRunner>;
}
