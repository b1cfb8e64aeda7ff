import { createInterface } from 'node:readline';
import { DATASETS } from '../contracts/contract.ts';
import type { Lake } from '../lake/lake.ts';
import type { CommitLog } from '../lake/log.ts';
import { readPublications } from '../lake/publication.ts';
import { datesBehind } from '../stages/transform-data/dates-behind.ts';
import { pendingFiles } from '../stages/wait-for-stream/pending-files.ts';
import { currentReportOf, currentStatusOf, type Publications } from './file-report.ts';
import type { Hitparade } from './hitparade.ts';
import type { BadRecord, FileReport, FileStatus, StatusReport } from './reports.ts';
import { lastRuns } from './run-history.ts';

/** Publications that the tables have got, by date ascending. */
async function loadedOnes(lake: Lake): Promise<Publications> {
  const publications = await readPublications(lake);
  return new Map([...publications].filter(([, { loaded_on }]) => loaded_on !== null));
}

/** Dates that have charts, ascending, also those whose newer charts are on their way into the tables. */
export async function publishedDates(lake: Lake): Promise<readonly string[]> {
  return [...(await readPublications(lake)).values()]
    .filter(({ version }) => version > 0)
    .map(({ date }) => date);
}

/** Every file's newest delivery, or every delivery of one name; newest first. */
export async function files(lake: Lake, log: CommitLog, name?: string): Promise<readonly FileReport[]> {
  const loaded = await loadedOnes(lake);
  const entries =
    name === undefined
      ? log.state.latestOfAll()
      : log.state.entries.filter(({ filename }) => filename === name);
  return entries.toReversed().map((entry) => {
    return currentReportOf(entry, log.state, loaded);
  });
}

export async function status(lake: Lake, log: CommitLog): Promise<StatusReport> {
  const { state } = log;
  const loaded = await loadedOnes(lake);
  const states = state
    .latestOfAll()
    .filter(({ dataset }) => dataset === 'streams')
    .map((entry) => currentStatusOf(entry, loaded));
  const inState = (wanted: FileStatus): number => states.filter((found) => found === wanted).length;
  const publications = await readPublications(lake);
  const behind = new Set(await datesBehind(lake, state, publications));
  for (const [date, { loaded_on }] of publications) if (loaded_on === null) behind.add(date);
  const bad: Record<string, number> = {};
  for (const { reasons } of DATASETS.flatMap((dataset) => state.contributors(dataset))) {
    for (const [reason, rows] of Object.entries(reasons)) bad[reason] = (bad[reason] ?? 0) + rows;
  }
  const rowsOf = (dataset: 'users' | 'songs'): number =>
    state.catalogue(dataset).reduce((sum, { counts }) => sum + counts.valid, 0);
  const parts = [...publications.values()].flatMap((publication) => publication.parts);
  return {
    lake: lake.url,
    files: {
      pending: await pendingCount(lake, log),
      processing: inState('processing'),
      success: inState('success'),
      failed: inState('failed'),
      duplicate: inState('duplicate'),
    },
    dates: { published: state.dates().filter((date) => !behind.has(date)).length, behind: behind.size },
    bad_records: bad,
    catalogue: { users: rowsOf('users'), songs: rowsOf('songs') },
    plays: {
      valid: [...publications.values()].reduce((sum, { plays }) => sum + plays, 0),
      unknown_track: parts.reduce((sum, { unknown_track }) => sum + unknown_track, 0),
      unknown_user: parts.reduce((sum, { unknown_user }) => sum + unknown_user, 0),
    },
    runs: await lastRuns(lake, 10),
  };
}

/** Files that no run has taken: one that the log has, and that only waits to be archived, is none. */
async function pendingCount(lake: Lake, { state }: CommitLog): Promise<number> {
  const { files } = await pendingFiles(lake, 'streams');
  return files.filter(({ dataset, filename, object }) => {
    const entry = state.latest(dataset, filename);
    return entry?.bytes !== object.bytes || entry.asOf !== object.modified.toISOString();
  }).length;
}

/** The bad rows of everything that counts now, in the order of the log, each as it came. */
export async function* badRecords(
  lake: Lake,
  log: CommitLog,
  filter: Parameters<Hitparade['badRecords']>[0] = {},
): AsyncGenerator<BadRecord> {
  const { file, reason, dataset } = filter;
  const entries = DATASETS.filter((name) => dataset === undefined || name === dataset)
    .flatMap((name) => log.state.contributors(name))
    .filter(({ filename }) => file === undefined || filename === file);
  for (const { badRecords: objects } of entries) {
    for (const { key } of objects.filter((object) => object.key.endsWith('.jsonl'))) {
      const { stream } = await lake.open(key);
      for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
        // Our own lines, whose hash the log holds.
        const record = JSON.parse(line) as BadRecord;
        if (reason === undefined || record.reasons.includes(reason)) yield record;
      }
    }
  }
}
