/**
 * hitparade as a library: the command line does nothing that cannot be done from here.
 *
 * @example
 * ```ts
 * import { openHitparade } from 'hitparade';
 *
 * const hitparade = await openHitparade({ lake: './lake' });
 * try {
 *   // Takes every file that lies under lake/raw/, and publishes the dates that changed.
 *   const { files, dates } = await hitparade.run();
 *   for (const { filename, error } of files) if (error !== null) console.warn(filename, error);
 *   const newest = dates.at(-1)?.date;
 *   if (newest !== undefined) {
 *     console.table(await hitparade.chart('top_genres', { from: newest, to: newest }));
 *   }
 * } finally {
 *   await hitparade.close();
 * }
 * ```
 *
 * Whatever fails on purpose is a {@link HitparadeError}: its `kind` says whether to mend the configuration
 * (`usage`), to try again (`temporary`), or to report a bug (`unexpected`); its `hint` says what to do next.
 *
 * @packageDocumentation
 */
export { openHitparade } from './pipeline/open.ts';
export { DEFAULTS, ON_SAME_NAME } from './pipeline/config.ts';
export { STAGES } from './pipeline/events.ts';
export type { HitparadeConfig, Limits, OnSameName } from './pipeline/config.ts';
export type { Observer, PipelineEvent, StageName } from './pipeline/events.ts';
export type {
  ChartItem,
  ChartQuery,
  Hitparade,
  KpiName,
  OpenHitparade,
  StageReport,
  TableAccess,
} from './pipeline/hitparade.ts';
export type {
  BadRecord,
  DateReport,
  FileReport,
  FileStatus,
  ItemCounts,
  RunReport,
  RunSummary,
  SkippedItem,
  StatusReport,
  WatchReport,
} from './pipeline/reports.ts';
export type { DoctorCheck, DoctorReport } from './pipeline/doctor/report.ts';
export type { VerifyFinding, VerifyReport } from './pipeline/verify/report.ts';
export type { Dataset } from './contracts/contract.ts';

export { FileRejectedError, HitparadeError, InvariantError, UsageError } from './errors.ts';
export type { FailureDetails, FailureKind } from './errors.ts';
export { EngineError } from './engines/errors.ts';
export { LakeError } from './lake/errors.ts';
export { TablesConfigError, TablesUnavailableError } from './tables/errors.ts';
export type { Unavailability } from './tables/errors.ts';
