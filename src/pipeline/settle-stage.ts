import { asError, InvariantError } from '../errors.ts';
import type { LogEntry } from '../lake/entry.ts';
import { ObjectChangedError, ObjectMissingError } from '../lake/errors.ts';
import type { Publication } from '../lake/publication.ts';
import { archiveSource } from '../stages/archive-stream-file/archive-source.ts';
import { isPublished, markFile } from '../stages/mark-as-processed/mark.ts';
import { LEDGER_TABLE } from '../tables/definition.ts';
import { ensureTables } from '../tables/ensure.ts';
import type { LedgerOutcome } from '../tables/ledger-item.ts';
import { readMarkers } from '../stages/load-to-dynamodb/dates-to-load.ts';
import { makeVisible } from '../stages/validate/make-visible.ts';
import { type DecidedFile, leftForLater } from './accept-stage.ts';
import { reportOf } from './file-report.ts';
import { inLanes } from './in-lanes.ts';
import type { FileReport } from './reports.ts';
import { loadedPublications } from './publish-stage.ts';
import { type RunContext, TABLES } from './session.ts';
import { sweepStaging } from './sweep.ts';

/** Makes absent tables. A ledger that had to be made was lost, or never was: it is written from the log. */
export async function prepareTables(context: RunContext): Promise<void> {
  const { tables, published, log } = context;
  const { created } = await ensureTables(tables, TABLES, async (definition) => {
    // Should we die before the ledger is filled, the next run looks at every entry.
    if (definition === LEDGER_TABLE) await log.unsettle(0);
  });
  // Before anything is taken: a run that could not publish should not begin.
  await readMarkers(published, log);
  if (!created.includes(tables.nameOf(LEDGER_TABLE))) return;
  const loaded = await loadedPublications(context);
  await markFiles(context, { decided: [], dates: new Set(), all: true, loaded });
}

/** Finishes what an earlier run committed but did not make visible. */
export async function makeAllVisible({ lake, log, signal }: RunContext): Promise<void> {
  for (const entry of log.state.entries.slice(log.settled)) {
    signal.throwIfAborted();
    try {
      await makeVisible(lake, entry);
    } catch (error) {
      // In neither place. It is told where its rows are needed, and must not keep the others waiting.
      if (!(error instanceof ObjectMissingError)) throw error;
    }
  }
}

/**
 * Writes to the ledger what became of every file that is not settled, or whose dates were just
 * published (their unknown tracks may be known now). A file whose dates are behind is left as it is.
 * @returns numbers of the entries of which the ledger is known to say what became of them
 */
export async function markFiles(
  context: RunContext,
  options: {
    readonly decided: readonly DecidedFile[];
    /** Dates that were published by this run. */
    readonly dates: ReadonlySet<string>;
    /** Write every item that differs from the log, settled or not. */
    readonly all: boolean;
    readonly loaded: ReadonlyMap<string, Publication>;
  },
): Promise<ReadonlySet<number>> {
  const { ledger, log, ports, signal } = context;
  const marked = new Set<number>();
  const { decided, dates, all, loaded } = options;
  const claims = new Map(
    decided.flatMap(({ source, epoch, attempts }) =>
      epoch === undefined ? [] : [[source.filename, { epoch, attempts }]],
    ),
  );
  const touched = (entry: LogEntry): boolean =>
    entry.kind === 'accepted' && entry.parts.some(({ date }) => dates.has(date ?? ''));
  const entries = log.state.latestOfAll().filter((entry) => {
    if (entry.dataset !== 'streams' || !isPublished(entry, loaded)) return false;
    return all || entry.n > log.settled || touched(entry) || claims.has(entry.filename);
  });
  await inLanes(entries, LANES, async (entry) => {
    signal.throwIfAborted();
    const report = reportOf(entry, log.state, loaded);
    const claimed = claims.get(entry.filename);
    const options = { claimed, committed: entry.epoch, now: ports.now() };
    if (await markFile(ledger, entry.filename, outcomeOf(report), options)) marked.add(entry.n);
  });
  return marked;
}

/** A report without its filename, which is the item's key. */
export function outcomeOf(report: FileReport): LedgerOutcome {
  const { status, filename, ...facts } = report;
  if (status === 'processing')
    throw new InvariantError(`${filename}: the log decides files, it does not process them`);
  return { ...facts, status };
}

/** Files that are marked or archived at once: each waits for the tables, or five times for the disk. */
const LANES = 8;

/**
 * Moves decided sources out of `raw/`, those of accepted files only once they are published. Returns why
 * some could not be moved.
 */
export async function archiveFiles(
  context: RunContext,
  decided: readonly DecidedFile[],
  loaded: ReadonlyMap<string, Publication>,
): Promise<readonly Error[]> {
  const { lake, observe, signal } = context;
  const failures: Error[] = [];
  let done = 0;
  await inLanes(decided, LANES, async ({ source, entry }) => {
    signal.throwIfAborted();
    if (!isPublished(entry, loaded)) return;
    try {
      await archiveSource(lake, entry, source);
    } catch (error) {
      // Somebody else has archived it meanwhile.
      if (error instanceof ObjectMissingError && (await lake.head(source.object.key)) === undefined) return;
      if (error instanceof ObjectChangedError) {
        // A newer delivery is taking its place.
        leftForLater(context, source, error);
        return;
      }
      // Counted and marked, and still in raw: that must not keep the others there.
      failures.push(asError(error));
    }
    done += 1;
    const progress = { done, total: decided.length, rows: 0, unit: 'files' } as const;
    observe({ type: 'progress', stage: 'archive_stream_file', subject: source.filename, ...progress });
  });
  return failures;
}

/**
 * Remembers up to where every entry is visible, published and marked, so that no later run has to look again.
 * @param marked entries of which that is known; the ledger is asked about the others
 */
export async function settle(
  context: RunContext,
  loaded: ReadonlyMap<string, Publication>,
  marked: ReadonlySet<number> = new Set(),
): Promise<void> {
  await makeAllVisible(context);
  const { log } = context;
  const { entries } = log.state;
  let settled = log.settled;
  for (const entry of entries.slice(settled)) {
    if (!isPublished(entry, loaded)) break;
    if (!marked.has(entry.n) && (await isOpen(context, entry))) break;
    settled = entry.n;
  }
  // Dates can fall behind again, with files that were lost.
  const behind = entries.find((entry) => !isPublished(entry, loaded));
  await log.checkpoint(behind === undefined ? settled : Math.min(settled, behind.n - 1));
  await sweepStaging(context);
}

/** Whether the ledger does not say yet what became of a file: somebody may hold it, dead or alive. */
async function isOpen({ ledger, log }: RunContext, entry: LogEntry): Promise<boolean> {
  const { dataset, filename } = entry;
  if (dataset !== 'streams' || log.state.latest(dataset, filename) !== entry) return false;
  const item = await ledger.get(filename);
  return item === undefined || item.status === 'processing';
}
