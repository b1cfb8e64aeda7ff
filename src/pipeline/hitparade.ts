import type { Dataset } from '../contracts/contract.ts';
import type { HitparadeConfig } from './config.ts';
import type { Observer, StageName } from './events.ts';
import type { DoctorReport } from './doctor/report.ts';
import type { VerifyReport } from './verify/report.ts';
import type { BadRecord, FileReport, RunReport, StatusReport, WatchReport } from './reports.ts';

export type KpiName = 'daily_genre' | 'top_songs' | 'top_genres';

/** An item of a KPI table as DynamoDB holds it; integers above 2^53 as bigint. */
export type ChartItem = Readonly<Record<string, string | number | bigint>>;

export interface ChartQuery {
  /** First date, `YYYY-MM-DD`. */
  readonly from: string;
  /** Last date, inclusive. */
  readonly to: string;
  /** Only this genre, as the catalogue writes it. */
  readonly genre?: string;
}

export interface StageReport {
  readonly run: string;
  readonly stage: StageName;
  /** False if there was nothing to do: exit code 99. */
  readonly worked: boolean;
  /** Play files that lie in raw: for `wait_for_stream`, and what an orchestrator maps tasks over. */
  readonly pending: readonly string[];
  readonly files: readonly FileReport[];
  readonly dates: readonly string[];
}

/** One lake with its tables and engine: everything that the CLI can do. Close it when done. */
export interface Hitparade {
  /** Reconciles, then takes every pending file through all stages. */
  run(options?: { readonly signal?: AbortSignal }): Promise<RunReport>;
  /**
   * Does what `run` does, whenever a file has settled; reconciles at the start and on a timer. Ends when the
   * signal is aborted. Temporary failures are waited out.
   * @throws what a person has to mend, and an unexpected error that comes three times in a row
   */
  watch(options: {
    readonly signal: AbortSignal;
    /** Default: 60. */
    readonly reconcileSeconds?: number | undefined;
  }): Promise<WatchReport>;
  /** One stage, for an orchestrator; `file` is a key below `raw/streams/`. */
  stage(
    name: StageName,
    options: { readonly run: string; readonly file?: string; readonly signal?: AbortSignal },
  ): Promise<StageReport>;
  /** Checks the log, every object and every published number, and changes nothing. */
  verify(options?: { readonly signal?: AbortSignal }): Promise<VerifyReport>;
  /** Looks for what would fail later, before anything runs. The lake need not exist. */
  doctor(): Promise<DoctorReport>;
  status(): Promise<StatusReport>;
  /** The newest delivery of every file, newest first. With a name: every delivery of that name. */
  files(name?: string): Promise<readonly FileReport[]>;
  /** Dates that are published, ascending. */
  publishedDates(): Promise<readonly string[]>;
  /** Items in the tables' key order: by date, then genre or rank. Read from DynamoDB. */
  chart(kpi: KpiName, query: ChartQuery): Promise<readonly ChartItem[]>;
  badRecords(filter?: {
    readonly file?: string;
    readonly reason?: string;
    readonly dataset?: Dataset;
  }): AsyncIterable<BadRecord>;
  /** How other programs reach the tables. Keeps them served until `close`. */
  serveTables(options: { readonly port?: number }): Promise<TableAccess>;
  close(): Promise<void>;
}

export interface TableAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly tables: readonly string[];
}

export type OpenHitparade = (config: HitparadeConfig, observer?: Observer) => Promise<Hitparade>;
