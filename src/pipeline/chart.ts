import { kpis } from '../kpis/index.ts';
import { readItems } from '../tables/query.ts';
import type { Tables } from '../tables/tables.ts';
import type { ChartItem, ChartQuery, KpiName } from './hitparade.ts';

/** Items of a KPI table for the published dates of a range, in the order of the table's keys. */
export async function chart(
  tables: Tables,
  dates: readonly string[],
  name: KpiName,
  { from, to, genre }: ChartQuery,
): Promise<readonly ChartItem[]> {
  const kpi = kpis.find((candidate) => candidate.name === name);
  if (kpi === undefined) throw new TypeError(`no KPI is called ${name}`);
  const items: ChartItem[] = [];
  for (const date of dates.filter((published) => published >= from && published <= to)) {
    // The KPI tables hold texts and numbers only: that is what `toItem` makes.
    items.push(...((await readItems(tables, kpi.table, date)) as ChartItem[]));
  }
  return genre === undefined
    ? items
    : items.filter((item) => (item['genre_name'] ?? item['genre']) === genre);
}
