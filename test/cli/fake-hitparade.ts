import type { VerifyReport } from '../../src/pipeline/verify/report.ts';
import type { ChartItem, Hitparade, OpenHitparade } from '../../src/pipeline/hitparade.ts';
import type { HitparadeConfig } from '../../src/pipeline/config.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import type { BadRecord, FileReport, RunReport, StatusReport } from '../../src/pipeline/reports.ts';

export const successFile: FileReport = {
  dataset: 'streams',
  filename: 'streams1.csv',
  status: 'success',
  processed_on: '2024-06-26T05:00:00.000Z',
  rows: 11346,
  valid: 11340,
  bad: 6,
  duplicates: 0,
  unknown_track: 12,
  unknown_user: 0,
  dates: ['2024-06-25'],
  reasons: { missing_user_id: 6 },
  blanked: {},
  ignored_columns: [],
  suspect_truncated: false,
  hash: 'ab'.repeat(32),
  bytes: 812_000,
  error: null,
  log_number: 4,
  duplicate_of: null,
  location: 'archive/streams/2024/06/streams1.csv',
};

export const failedFile: FileReport = {
  ...successFile,
  filename: 'broken.csv',
  status: 'failed',
  rows: 0,
  valid: 0,
  bad: 0,
  unknown_track: 0,
  dates: [],
  reasons: {},
  log_number: null,
  error: 'column user_id is missing; the header has User_ID',
  location: 'raw/streams/broken.csv',
};

export const runReport: RunReport = {
  run: 'r1',
  seconds: 1.2,
  files: [successFile],
  catalogue: [],
  dates: [
    {
      date: '2024-06-25',
      version: 4,
      plays: 11340,
      items: { written: 461, deleted: 0, unchanged: 0, skipped: [] },
    },
  ],
};

export const statusReport: StatusReport = {
  lake: 'file:/lake',
  files: { pending: 1, processing: 0, success: 3, failed: 1, duplicate: 0 },
  dates: { published: 7, behind: 0 },
  bad_records: { missing_user_id: 6, invalid_listen_time: 3 },
  catalogue: { users: 500, songs: 1000 },
  plays: { valid: 34000, unknown_track: 12, unknown_user: 0 },
  runs: [{ run: 'r1', started: '2024-06-26T05:00:00Z', seconds: 1.2, files: 3, rejected: 1, dates: 7 }],
};

export const badRecord: BadRecord = {
  dataset: 'streams',
  file: 'streams1.csv',
  hash: 'ab'.repeat(32),
  record: 16,
  line: 17,
  byte: 1204,
  reasons: ['missing_user_id'],
  raw: ',4uLU6hMC,2024-06-25 17:43:13',
};

export interface Fake {
  readonly open: OpenHitparade;
  /** Every configuration that a command opened, and how many of the lakes it closed. */
  readonly opened: HitparadeConfig[];
  closed: number;
}

export const verifyReport: VerifyReport = {
  ok: true,
  log_entries: 3,
  parts: 3,
  dates: 1,
  tables_checked: true,
  problems: [],
  notes: [],
};

/** A pipeline that answers with what the test says. */
export function fakeHitparade(answers: Partial<Hitparade> = {}, events: readonly PipelineEvent[] = []): Fake {
  const fake: Fake = {
    opened: [],
    closed: 0,
    open: (config, observer) => {
      fake.opened.push(config);
      for (const event of events) observer?.(event);
      return Promise.resolve({
        run: () => Promise.resolve(runReport),
        watch: () => Promise.resolve({ passes: 3, files: 2, rejected: 1, dates: 1, seconds: 4.5 }),
        stage: (stage, { run }) =>
          Promise.resolve({ run, stage, worked: true, pending: [], files: [], dates: [] }),
        doctor: () => Promise.resolve({ ok: true, checks: [] }),
        verify: () => Promise.resolve(verifyReport),
        status: () => Promise.resolve(statusReport),
        files: (name) =>
          Promise.resolve(
            [failedFile, successFile].filter((file) => name === undefined || file.filename === name),
          ),
        publishedDates: () => Promise.resolve(['2024-06-24', '2024-06-25']),
        chart: () => Promise.resolve([]),
        badRecords: () => listOf([badRecord]),
        serveTables: () =>
          Promise.resolve({
            endpoint: 'http://127.0.0.1:8000',
            region: 'local',
            accessKeyId: 'local',
            secretAccessKey: 'secret',
            tables: ['DailyGenreKPIs', 'TopGenresPerDay'],
          }),
        close: () => {
          fake.closed += 1;
          return Promise.resolve();
        },
        ...answers,
      });
    },
  };
  return fake;
}

export async function* listOf<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}

export const genreItem = (date: string, genre: string, listens: number): ChartItem => ({
  date,
  genre,
  listen_count: listens,
  unique_listeners: 2,
  total_listening_time: listens * 180_000,
  avg_listening_time: listens * 90_000,
});
