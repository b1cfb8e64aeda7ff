import {
  type Publication,
  readPublications,
  replacePublication,
  type StoredPublication,
} from '../lake/publication.ts';
import { datesToLoad, type Markers, readMarkers } from '../stages/load-to-dynamodb/dates-to-load.ts';
import { loadDate } from '../stages/load-to-dynamodb/load-date.ts';
import { datesBehind } from '../stages/transform-data/dates-behind.ts';
import { type Transformed, transformDates } from '../stages/transform-data/transform-dates.ts';
import type { DateReport } from './reports.ts';
import type { RunContext } from './session.ts';

/** How far a stage has come, when it is done with a date. */
interface Step {
  readonly done: number;
  readonly total: number;
}

/**
 * Brings `processed/` and the tables up to the log: `transformBehind` and `loadBehind`, but a date is loaded while
 * the next ones are computed.
 */
export async function publishBehind(context: RunContext): Promise<Transformed & Loaded> {
  const reports = new Map<string, DateReport>();
  let markers: Promise<Markers> | undefined;
  const load = async (publication: StoredPublication, step: Step): Promise<void> => {
    markers ??= readMarkers(context.published, context.log);
    const pending = datesToLoad(await markers, new Map([[publication.date, publication]]));
    if (pending.length > 0) await loadPublication(context, publication, step, reports);
  };
  let loading = Promise.resolve();
  const transformed = await transformBehind(context, (publication, step) => {
    loading = loading.then(() => load(publication, step));
    // What keeps a date from being loaded keeps no other from being computed, and is told after that.
    loading.catch(() => undefined);
  }).finally(() => loading.catch(() => undefined));
  await loading;
  return { ...transformed, ...(await loadBehind(context, reports)) };
}

/** Brings `processed/` up to the log. Dates whose parts are damaged are left behind, and told. */
export async function transformBehind(
  context: RunContext,
  onPublished: (publication: StoredPublication, step: Step) => void = () => undefined,
): Promise<Transformed> {
  const { lake, log, observe } = context;
  const behind = await datesBehind(lake, log.state, await readPublications(lake));
  let done = 0;
  return transformDates(context, behind, (publication) => {
    done += 1;
    const step = { done, total: behind.length };
    const { date } = publication;
    observe({ type: 'progress', stage: 'transform_data', subject: date, rows: 0, unit: 'dates', ...step });
    onPublished(publication, step);
  });
}

/** Tries at a date that another runner loads at the same moment; after that it is left to the other. */
const ROUNDS = 3;

export interface Loaded {
  /** What was done to each date, ascending. */
  readonly reports: readonly DateReport[];
  /** By date: the publications that the tables hold in full, read anew after the last date was loaded. */
  readonly loaded: ReadonlyMap<string, Publication>;
}

/** Brings the tables up to `processed/`. @param reports of dates that were loaded already; it is added to */
export async function loadBehind(
  context: RunContext,
  reports = new Map<string, DateReport>(),
): Promise<Loaded> {
  const { lake, ports, observe } = context;
  for (let round = 0; ; round++) {
    const publications = await readPublications(lake);
    const pending = await behindTables(context, publications);
    for (const publication of publications.values()) {
      // Computed anew with the same result: the tables have it already.
      if (publication.next !== null || publication.loaded_on !== null || pending.includes(publication))
        continue;
      await replacePublication(
        lake,
        { ...publication, loaded_on: ports.now().toISOString() },
        publication.token,
      );
    }
    if (pending.length === 0 || round === ROUNDS) {
      for (const report of reports.values()) observe({ type: 'date', report });
      const byDate = [...reports.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
      return { reports: byDate, loaded: heldInFull(publications, pending) };
    }
    for (const [index, publication] of pending.entries())
      await loadPublication(context, publication, { done: index + 1, total: pending.length }, reports);
  }
}

async function loadPublication(
  context: RunContext,
  publication: StoredPublication,
  step: Step,
  reports: Map<string, DateReport>,
): Promise<void> {
  const { tables, published, observe, signal } = context;
  signal.throwIfAborted();
  const { date, version, plays } = publication;
  const items = await loadDate(context, tables, published, publication);
  observe({ type: 'progress', stage: 'load_to_dynamodb', subject: date, rows: 0, unit: 'dates', ...step });
  if (items !== undefined) reports.set(date, { date, version, plays, items });
}

/** By date: the publications that the tables hold in full. Read anew, never inferred. */
export async function loadedPublications(context: RunContext): Promise<ReadonlyMap<string, Publication>> {
  const publications = await readPublications(context.lake);
  return heldInFull(publications, await behindTables(context, publications));
}

function heldInFull(
  publications: ReadonlyMap<string, Publication>,
  pending: readonly Publication[],
): ReadonlyMap<string, Publication> {
  const behind = new Set(pending.map(({ date }) => date));
  return new Map([...publications].filter(([date, { next }]) => next === null && !behind.has(date)));
}

async function behindTables<Stored extends Publication>(
  { log, published }: RunContext,
  publications: ReadonlyMap<string, Stored>,
): Promise<readonly Stored[]> {
  return datesToLoad(await readMarkers(published, log), publications);
}
