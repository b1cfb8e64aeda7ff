import type { Row } from '../../engines/engine.ts';
import { KPI_VERSION } from '../../kpis/index.ts';
import type { Sources } from '../../kpis/sources.ts';
import { transformPlan } from '../../kpis/transform-plan.ts';
import type { Part } from '../../lake/entry.ts';
import { type Publication, unpublished } from '../../lake/publication.ts';
import type { StageContext } from '../context.ts';
import type { Limits } from '../limits.ts';
import { ComputedFiles } from './computed-files.ts';
import { publishDate } from './publish-date.ts';

/**
 * Computes the KPIs of dates from exactly the parts that the log lists, and swaps them into
 * `processed/`. Dates are taken together up to a number of plays, so that the catalogue is read once
 * for many small dates and memory does not grow with their number.
 */
export async function transformDates(
  context: StageContext,
  dates: readonly string[],
  onDate: (publication: Publication) => void = () => undefined,
): Promise<readonly Publication[]> {
  const { log, limits } = context;
  const parts = log.state.activeParts();
  const publications: Publication[] = [];
  for (const batch of batches(dates, parts, limits)) {
    for (const publication of await transformBatch(context, batch, parts)) {
      publications.push(publication);
      onDate(publication);
    }
  }
  return publications;
}

type PartsByDate = ReadonlyMap<string, readonly Part[]>;

function batches(
  dates: readonly string[],
  parts: PartsByDate,
  { playsPerTransform, partsPerTransform }: Limits,
): readonly (readonly string[])[] {
  const all: string[][] = [];
  let plays = Number.POSITIVE_INFINITY;
  let files = 0;
  for (const date of dates) {
    const own = parts.get(date) ?? [];
    const ownPlays = own.reduce((sum, { rows }) => sum + rows, 0);
    if (plays + ownPlays > playsPerTransform || files + own.length > partsPerTransform) {
      all.push([]);
      plays = 0;
      files = 0;
    }
    all.at(-1)?.push(date);
    plays += ownPlays;
    files += own.length;
  }
  return all;
}

async function transformBatch(
  context: StageContext,
  dates: readonly string[],
  partsByDate: PartsByDate,
): Promise<readonly Publication[]> {
  const { lake, log, engine, ports, signal } = context;
  // Versions first: what the log gains while we compute is then published by the next run.
  const versions = new Map(dates.map((date) => [date, log.state.version(date)]));
  const parts = dates.flatMap((date) => partsByDate.get(date) ?? []);
  const catalogueKeys = (dataset: 'users' | 'songs'): string[] =>
    log.state.catalogue(dataset).flatMap((entry) => entry.parts.map(({ key }) => key));
  const sources: Sources = {
    plays: await lake.engineInputs(parts.map(({ key }) => key)),
    songs: await lake.engineInputs(catalogueKeys('songs')),
    users: await lake.engineInputs(catalogueKeys('users')),
    // A part holds a play once, so only dates with several parts can hold it twice.
    overlapping: parts.length > new Set(parts.map(({ date }) => date)).size,
  };
  const attempt = ports.uniqueId();
  const workspace = await lake.workspace(attempt);
  try {
    const result = await engine.run(
      transformPlan(sources, (kpi) => workspace.path(kpi)),
      signal,
    );
    const plays = new Map(
      (result.rows['date_counts'] ?? []).map((row) => [row['date'], Number(row['plays'])]),
    );
    const computed = new ComputedFiles(context, workspace, result);
    const publications: Publication[] = [];
    for (const date of dates) {
      signal.throwIfAborted();
      const publication = await publishDate(context, await computed.of(date), attempt, {
        ...unpublished(date),
        version: versions.get(date) ?? 0,
        kpi_version: KPI_VERSION,
        published_on: ports.now().toISOString(),
        plays: plays.get(date) ?? 0,
        parts: partCounts(result.rows['part_counts'] ?? [], date, partsByDate.get(date) ?? []),
      });
      if (publication !== undefined) publications.push(publication);
    }
    return publications;
  } finally {
    await workspace.dispose();
  }
}

function partCounts(rows: readonly Row[], date: string, parts: readonly Part[]): Publication['parts'] {
  return parts.map(({ key }) => {
    const row = rows.find((counts) => counts['date'] === date && key.endsWith(`/${String(counts['part'])}`));
    return {
      key,
      plays: Number(row?.['plays'] ?? 0),
      unknown_track: Number(row?.['unknown_track'] ?? 0),
      unknown_user: Number(row?.['unknown_user'] ?? 0),
    };
  });
}
