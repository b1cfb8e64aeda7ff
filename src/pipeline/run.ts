import { EarlyEngine } from '../engines/early-engine.ts';
import { HitparadeError } from '../errors.ts';
import { readPublications } from '../lake/publication.ts';
import type { SourceFile } from '../stages/context.ts';
import { catalogueOf } from '../stages/transform-data/keyed-catalogue.ts';
import { allPending, LEFT_ALONE, type Pending } from '../stages/wait-for-stream/pending-files.ts';
import { acceptAll } from './accept-all.ts';
import { type DecidedFile, releaseDecided } from './accept-stage.ts';
import { isPublished } from '../stages/mark-as-processed/mark.ts';
import { changedCatalogue } from './changed-catalogue.ts';
import { currentReportOf } from './file-report.ts';
import { Progress } from './progress.ts';
import { publishing } from './publish-lock.ts';
import { publishBehind } from './publish-stage.ts';
import type { FileReport, RunReport } from './reports.ts';
import { recordRun } from './run-history.ts';
import type { RunContext } from './session.ts';
import { archiveFiles, makeAllVisible, markFiles, prepareTables, settle } from './settle-stage.ts';

/** One pass over all that lies in raw. @throws the first error of a file, when the others are done */
export async function run(context: RunContext): Promise<RunReport> {
  const { report, failures } = await pass(context);
  throwFirst(failures);
  return report;
}

export interface PassResult {
  readonly report: RunReport;
  /** Of single files, which did not keep the others from being counted. */
  readonly failures: readonly Error[];
}

/**
 * One pass: finishes what an earlier run left behind, then takes pending files through all stages.
 * Everything after a file's commit is derived from the log, so this one order serves a first run, a
 * repeated one and one after a crash alike.
 * @param pending the files to take; without it all that lie in raw
 */
export async function pass(context: RunContext, pending?: Pending): Promise<PassResult> {
  const { lake, log, ports, observe, signal } = context;
  const started = ports.now();
  const id = ports.uniqueId();
  await prepareTables(context);
  await makeAllVisible(context);
  const before = log.settled;

  const { users, songs, streams } = pending ?? (await allPending(lake));
  for (const key of [...users.strangers, ...songs.strangers, ...streams.strangers]) {
    observe({ type: 'notice', subject: key, message: LEFT_ALONE });
  }
  const catalogueFiles = await changedCatalogue(context, [...users.files, ...songs.files]);
  const files = [...catalogueFiles, ...streams.files];
  const bytes = files.reduce((sum, { object }) => sum + object.bytes, 0);
  observe({ type: 'run_started', run: id, files: files.length, bytes });
  const begun: Pass = { id, started, before };
  if (files.length === 0) return takeAll(context, files, begun);

  const engine = new EarlyEngine(context.engine, signal);
  const numberCatalogue = async (): Promise<void> => {
    engine.begin(await catalogueOf({ lake, state: log.state }));
  };
  const isChanging = catalogueFiles.length > 0;
  try {
    // While the first file is received, or, if there is a new catalogue among them, while the last is committed.
    if (!isChanging) await numberCatalogue();
    return await takeAll({ ...context, engine }, files, begun, () => {
      // What cannot be read now is told where it is needed.
      if (isChanging && streams.files.length > 0) numberCatalogue().catch(() => undefined);
    });
  } finally {
    await engine.close();
  }
}

interface Pass {
  readonly id: string;
  readonly started: Date;
  /** Entries up to this number were settled by earlier runs. */
  readonly before: number;
}

async function takeAll(
  context: RunContext,
  files: readonly SourceFile[],
  { id, started, before }: Pass,
  onJudged: () => void = () => undefined,
): Promise<PassResult> {
  const { lake, log, ports, observe } = context;
  // Of a year of dates this takes longer than a small file, and is remembered. What cannot be read is told
  // where it is needed.
  const remembered = files.length === 0 ? undefined : readPublications(lake).catch(() => undefined);
  const accepted = await acceptAll(context, files, new Progress(context, files), onJudged);
  await remembered;
  const { taken } = accepted;
  const failures = [...accepted.failures];
  const decided = taken.filter(({ source }) => source.dataset === 'streams');
  // A catalogue that is in force already is no news, but a rejected one still has to leave raw.
  const catalogue = taken.filter(
    ({ source, repeated, entry }) => source.dataset !== 'streams' && (!repeated || entry.kind === 'rejected'),
  );

  const { dates, loaded } = await publishing(context, async (context) => {
    const { publications, damaged, reports: dates, loaded } = await publishBehind(context);
    failures.push(...damaged);
    const published = new Set([...publications, ...dates].map(({ date }) => date));
    const marked = await markFiles(context, { decided, dates: published, all: false, loaded });
    failures.push(...(await archiveFiles(context, [...catalogue, ...decided], loaded)));
    // Whoever mends a date that was left behind need not wait for its files.
    await releaseDecided(
      context,
      decided.filter(({ entry }) => !isPublished(entry, loaded)),
    );
    await settle(context, loaded, marked);
    return { dates, loaded };
  }).catch(async (error: unknown) => {
    await releaseDecided(context, decided);
    throw error;
  });

  const reports = (of: readonly DecidedFile[]): FileReport[] =>
    of.map(({ entry, repeated }) => {
      const report = currentReportOf(entry, log.state, loaded);
      // A file that an earlier run took and could not finish is no repetition: it is finished by this one.
      const again = repeated && entry.kind !== 'rejected' && entry.n <= before;
      return again ? { ...report, status: 'duplicate', duplicate_of: entry.filename } : report;
    });
  const report: RunReport = {
    run: id,
    seconds: (ports.now().getTime() - started.getTime()) / 1000,
    files: reports(decided),
    catalogue: reports(catalogue),
    dates,
  };
  for (const file of [...report.catalogue, ...report.files]) observe({ type: 'file', report: file });
  if (decided.length + catalogue.length + dates.length > 0) await recordRun(lake, report, started);
  observe({ type: 'run_finished', run: id, seconds: report.seconds });
  return { report, failures };
}

function throwFirst(failures: readonly Error[]): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (first instanceof HitparadeError && others.length > 0)
    first.message += ` (${others.length} more failures)`;
  throw first;
}
