import { kpis } from '../../kpis/index.ts';
import { digestOf, replacePublication, type StoredPublication } from '../../lake/publication.ts';
import type { PublishedDates } from '../../tables/published-dates.ts';
import { syncItems } from '../../tables/sync-items.ts';
import type { SkippedItem, SyncResult } from '../../tables/sync-result.ts';
import type { Tables } from '../../tables/tables.ts';
import type { StageContext } from '../context.ts';
import { processedItems } from './processed-items.ts';

/**
 * Makes the KPI tables equal to what `processed/` holds of a date, between two moves of the date's marker.
 * @returns undefined if another runner publishes the date at the same moment: nothing was written after that,
 * and the date is loaded again
 */
export async function loadDate(
  { lake, log, engine, signal, ports }: StageContext,
  tables: Tables,
  published: PublishedDates,
  publication: StoredPublication,
): Promise<SyncResult | undefined> {
  const { date, version, kpi_version } = publication;
  const charts = await processedItems({ lake, engine }, publication, signal);
  if (charts === undefined) return undefined;

  const writer = ports.uniqueId();
  const fence = { date, writer, uniqueId: ports.uniqueId };
  if (!(await published.begin(date, { lake: log.identity, version }, writer))) return undefined;
  const total = { written: 0, deleted: 0, unchanged: 0 };
  const skipped: SkippedItem[] = [];
  for (const { name, table } of kpis) {
    const counts = await syncItems(tables, table, fence, charts.get(name) ?? [], { signal });
    if (counts === undefined) return undefined;
    total.written += counts.written;
    total.deleted += counts.deleted;
    total.unchanged += counts.unchanged;
    skipped.push(...counts.skipped);
  }
  const published_on = ports.now().toISOString();
  const record = { lake: log.identity, version, kpi_version, digest: digestOf(publication), published_on };
  if (!(await published.finish(date, record, writer))) return undefined;
  // For people who ask the lake; whether the tables are up to date is decided from their own marker.
  await replacePublication(lake, { ...publication, loaded_on: published_on }, publication.token);
  return { ...total, skipped };
}
