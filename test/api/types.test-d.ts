import { expectTypeOf, test } from 'vitest';
import type {
  DEFAULTS,
  HitparadeError,
  STAGES,
  TablesUnavailableError,
  UsageError,
  openHitparade,
  BadRecord,
  ChartItem,
  ChartQuery,
  DateReport,
  DoctorCheck,
  DoctorReport,
  FailureKind,
  FileReport,
  FileStatus,
  Hitparade,
  HitparadeConfig,
  ItemCounts,
  KpiName,
  Observer,
  OnSameName,
  PipelineEvent,
  RunReport,
  RunSummary,
  SkippedItem,
  StageName,
  StageReport,
  StatusReport,
  TableAccess,
  VerifyFinding,
  VerifyReport,
  WatchReport,
} from '../../src/index.ts';

test('a lake is all that must be given', () => {
  expectTypeOf<Parameters<typeof openHitparade>[0]>().toEqualTypeOf<HitparadeConfig>();
  expectTypeOf<{ lake: string }>().toExtend<HitparadeConfig>();
  expectTypeOf<object>().not.toExtend<HitparadeConfig>();
  expectTypeOf<typeof openHitparade>().returns.resolves.toEqualTypeOf<Hitparade>();
  expectTypeOf<[HitparadeConfig]>().toExtend<Parameters<typeof openHitparade>>();
  expectTypeOf<[HitparadeConfig, Observer]>().toExtend<Parameters<typeof openHitparade>>();
});

test('what an application leaves undefined has its default', () => {
  expectTypeOf<{ lake: string; threads: undefined; region: undefined }>().toExtend<HitparadeConfig>();
  expectTypeOf<typeof DEFAULTS>().toExtend<Omit<HitparadeConfig, 'lake'>>();
});

test('of each option only the values that exist are taken', () => {
  expectTypeOf<OnSameName>().toEqualTypeOf<'append' | 'replace' | 'reject'>();
  expectTypeOf<{ lake: string; onSameName: 'overwrite' }>().not.toExtend<HitparadeConfig>();
  expectTypeOf<{ lake: string; engine: 'sqlite' }>().not.toExtend<HitparadeConfig>();
  expectTypeOf<{ lake: string; threads: string }>().not.toExtend<HitparadeConfig>();
});

test('reports are what the methods give', () => {
  expectTypeOf<Hitparade['run']>().returns.resolves.toEqualTypeOf<RunReport>();
  expectTypeOf<Hitparade['watch']>().returns.resolves.toEqualTypeOf<WatchReport>();
  expectTypeOf<Parameters<Hitparade['watch']>[0]>().toHaveProperty('signal');
  expectTypeOf<Hitparade['stage']>().returns.resolves.toEqualTypeOf<StageReport>();
  expectTypeOf<Hitparade['verify']>().returns.resolves.toEqualTypeOf<VerifyReport>();
  expectTypeOf<VerifyReport['problems'][number]>().toEqualTypeOf<VerifyFinding>();
  expectTypeOf<Hitparade['doctor']>().returns.resolves.toEqualTypeOf<DoctorReport>();
  expectTypeOf<DoctorReport['checks'][number]>().toEqualTypeOf<DoctorCheck>();
  expectTypeOf<Hitparade['status']>().returns.resolves.toEqualTypeOf<StatusReport>();
  expectTypeOf<Hitparade['files']>().returns.resolves.toEqualTypeOf<readonly FileReport[]>();
  expectTypeOf<Hitparade['chart']>().parameters.toEqualTypeOf<[KpiName, ChartQuery]>();
  expectTypeOf<Hitparade['chart']>().returns.resolves.toEqualTypeOf<readonly ChartItem[]>();
  expectTypeOf<Hitparade['badRecords']>().returns.toEqualTypeOf<AsyncIterable<BadRecord>>();
  expectTypeOf<Hitparade['serveTables']>().returns.resolves.toEqualTypeOf<TableAccess>();
  expectTypeOf<ReturnType<Hitparade['close']>>().toEqualTypeOf<Promise<void>>();
  expectTypeOf<RunReport['files'][number]>().toEqualTypeOf<FileReport>();
  expectTypeOf<RunReport['dates'][number]>().toEqualTypeOf<DateReport>();
  expectTypeOf<DateReport['items']>().toEqualTypeOf<ItemCounts>();
  expectTypeOf<ItemCounts['skipped'][number]>().toEqualTypeOf<SkippedItem>();
  expectTypeOf<StatusReport['runs'][number]>().toEqualTypeOf<RunSummary>();
});

test('names that scripts rely on are spelled out', () => {
  expectTypeOf<KpiName>().toEqualTypeOf<'daily_genre' | 'top_songs' | 'top_genres'>();
  expectTypeOf<FileStatus>().toEqualTypeOf<'processing' | 'success' | 'failed' | 'duplicate'>();
  expectTypeOf<StageName>().toEqualTypeOf<(typeof STAGES)[number]>();
  expectTypeOf<'wait_for_stream'>().toExtend<StageName>();
  expectTypeOf<string>().not.toExtend<StageName>();
});

test('reports cannot be changed by who reads them', () => {
  expectTypeOf<RunReport['files']>().not.toHaveProperty('push');
  expectTypeOf<FileReport>().toEqualTypeOf<Readonly<FileReport>>();
});

test('an event is told apart by its type', () => {
  expectTypeOf<Extract<PipelineEvent, { type: 'file' }>['report']>().toEqualTypeOf<FileReport>();
  expectTypeOf<Extract<PipelineEvent, { type: 'date' }>['report']>().toEqualTypeOf<DateReport>();
  expectTypeOf<Parameters<Observer>>().toEqualTypeOf<[PipelineEvent]>();
});

test('every error on purpose says of what kind it is', () => {
  expectTypeOf<HitparadeError['kind']>().toEqualTypeOf<FailureKind>();
  expectTypeOf<HitparadeError['hint']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<UsageError>().toExtend<HitparadeError>();
  expectTypeOf<TablesUnavailableError['kind']>().toEqualTypeOf<'temporary'>();
});
