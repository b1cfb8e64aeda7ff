import { KPI_VERSION, kpis } from '../../kpis/index.ts';
import type { Lake } from '../../lake/lake.ts';
import type { Publication } from '../../lake/publication.ts';
import type { LakeState } from '../../lake/state.ts';
import { kpiPrefix } from '../../lake/zones.ts';
import { together } from '../../together.ts';

/**
 * The dates whose `processed/` files are older than the log or the KPI definitions, or are gone.
 * Ascending.
 */
export async function datesBehind(
  lake: Lake,
  state: LakeState,
  publications: ReadonlyMap<string, Publication>,
): Promise<readonly string[]> {
  const present = new Map<string, number>();
  const look = async (folder: string): Promise<void> => {
    for await (const { key, bytes } of lake.list(kpiPrefix(folder))) present.set(key, bytes);
  };
  await together(kpis.map(({ folder }) => look(folder)));
  return state.dates().filter((date) => {
    const publication = publications.get(date);
    if (
      publication?.next !== null ||
      publication.kpi_version !== KPI_VERSION ||
      publication.version < state.version(date)
    )
      return true;
    return Object.values(publication.kpis).some(({ key, bytes }) => present.get(key) !== bytes);
  });
}
