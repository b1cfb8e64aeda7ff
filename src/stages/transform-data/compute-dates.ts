import { EngineError } from '../../engines/errors.ts';
import type { PlanResult, Row } from '../../engines/engine.ts';
import { KPI_VERSION } from '../../kpis/index.ts';
import { transformPlan } from '../../kpis/transform-plan.ts';
import type { Workspace } from '../../lake/lake.ts';
import { damagedObjects, lostObjects } from '../../lake/owned-objects.ts';
import { type Publication, unpublished } from '../../lake/publication.ts';
import type { LakeState } from '../../lake/state.ts';
import type { StageContext } from '../context.ts';
import { batchesOf } from './batches.ts';
import { type ComputedFile, ComputedFiles } from './computed-files.ts';
import type { DamagedPartsError } from './errors.ts';
import { catalogueOf, KeyedCatalogue } from './keyed-catalogue.ts';
import { catalogueParts, type DateSources, type OwnPart, wholeDates } from './whole-dates.ts';

/** What computing needs: a state of the log, and no more of the pipeline than the engine. */
export interface ComputeContext extends Pick<
  StageContext,
  'lake' | 'engine' | 'ports' | 'limits' | 'signal'
> {
  readonly state: LakeState;
}

type PartCounts = Publication['parts'][number];

/** The KPIs of one date. The workspace that its files were staged in goes when the next batch begins; their bodies stay. */
export interface ComputedDate {
  readonly date: string;
  /** Of the workspace. */
  readonly attempt: string;
  /** The publication that follows, without its files. */
  readonly facts: Publication;
  readonly files: readonly ComputedFile[];
}

/**
 * Computes the KPIs of dates from exactly the parts that the log lists, and writes nothing but a workspace.
 * Dates are taken together up to a number of plays, so that memory does not grow with their number and many
 * small ones cost little. A date whose parts are damaged is told, and left out.
 */
export async function* computeDates(
  context: ComputeContext,
  dates: readonly string[],
  onDamaged: (error: DamagedPartsError) => void,
): AsyncGenerator<ComputedDate, void> {
  const { lake, state, limits } = context;
  // All of one moment: while dates are computed, the log is caught up with, and a date that had its version from
  // then would never get what it lacks. What the log gains is published by the next run.
  const sources = {
    versions: new Map(dates.map((date) => [date, state.version(date)])),
    parts: state.activeParts(),
    catalogue: catalogueParts(state),
  };
  const catalogue = new KeyedCatalogue(context, await catalogueOf(context));
  try {
    for (const batch of batchesOf(dates, sources.parts, limits)) {
      const { whole, damaged } = await wholeDates(lake, state, batch, sources, lostObjects);
      damaged.forEach(onDamaged);
      if (whole.length > 0) yield* computeBatch({ ...context, catalogue, sources }, whole, onDamaged);
    }
  } finally {
    await catalogue.close();
  }
}

interface BatchContext extends ComputeContext {
  readonly catalogue: KeyedCatalogue;
  readonly sources: DateSources & { readonly versions: ReadonlyMap<string, number> };
}

async function* computeBatch(
  context: BatchContext,
  dates: readonly string[],
  onDamaged: (error: DamagedPartsError) => void,
): AsyncGenerator<ComputedDate, void> {
  const { lake, ports, signal } = context;
  const { versions, parts: partsByDate } = context.sources;
  const parts = dates.flatMap((date) => (partsByDate.get(date) ?? []).map((part) => ({ ...part, date })));
  const attempt = ports.uniqueId();
  const workspace = await lake.workspace(attempt);
  let readable: readonly string[];
  try {
    const result = await execute(context, dates, parts, workspace);
    if ('files' in result) {
      const plays = new Map(
        (result.rows['date_counts'] ?? []).map((row) => [row['date'], Number(row['plays'])]),
      );
      const counts = partCounts(result.rows['part_counts'] ?? [], parts);
      const countsOf = (key: string): PartCounts =>
        counts.get(key) ?? { key, plays: 0, unknown_track: 0, unknown_user: 0 };
      const computed = new ComputedFiles(context, workspace, result);
      for (const date of dates) {
        signal.throwIfAborted();
        const facts: Publication = {
          ...unpublished(date),
          version: versions.get(date) ?? 0,
          kpi_version: KPI_VERSION,
          published_on: ports.now().toISOString(),
          plays: plays.get(date) ?? 0,
          parts: (partsByDate.get(date) ?? []).map(({ key }) => countsOf(key)),
        };
        yield { date, attempt, facts, files: await computed.of(date) };
      }
      return;
    }
    result.damaged.forEach(onDamaged);
    readable = result.whole;
  } finally {
    await workspace.dispose();
  }
  if (readable.length > 0) yield* computeBatch(context, readable, onDamaged);
}

/** If the engine cannot read the parts of some dates, their hashes say of which. */
async function execute(
  { lake, state, catalogue, sources }: BatchContext,
  dates: readonly string[],
  parts: readonly (OwnPart & { readonly date: string })[],
  workspace: Workspace,
): Promise<PlanResult | Awaited<ReturnType<typeof wholeDates>>> {
  const paths = await lake.engineInputs(parts.map(({ key }) => key));
  const readable = parts.map(({ date }, index) => ({ date, path: paths[index] ?? '' }));
  try {
    return await catalogue.run(transformPlan(readable, (kpi) => workspace.path(kpi)));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const found = await wholeDates(lake, state, dates, sources, damagedObjects);
    if (found.damaged.length === 0) throw error;
    return found;
  }
}

/** For each part, its facts by its key. */
function partCounts(rows: readonly Row[], parts: readonly OwnPart[]): Map<string, PartCounts> {
  return new Map(
    rows.map((row) => {
      const key = parts[Number(row['part'])]?.key ?? '';
      const { plays, unknown_track, unknown_user } = row;
      return [
        key,
        {
          key,
          plays: Number(plays),
          unknown_track: Number(unknown_track),
          unknown_user: Number(unknown_user),
        },
      ];
    }),
  );
}
