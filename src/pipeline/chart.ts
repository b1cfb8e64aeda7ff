import type { Engine } from '../engines/engine.ts';
import { kpis } from '../kpis/index.ts';
import type { Lake } from '../lake/lake.ts';
import { readPublication } from '../lake/publication.ts';
import { processedItems } from '../stages/load-to-dynamodb/processed-items.ts';
import { fromAttributes, toAttributes } from '../tables/item.ts';
import { readItems } from '../tables/query.ts';
import type { ChartItem, ChartQuery, KpiName } from './hitparade.ts';
import type { TableAccessors } from './session.ts';

type Kpi = (typeof kpis)[number];

export interface ChartSources extends TableAccessors {
  readonly lake: Lake;
  /** Asked only if a date is being loaded at this moment. */
  readonly engine: () => Promise<Engine>;
}

/**
 * Items of a KPI for the published dates of a range, in the order of the table's keys. Each date is of one
 * version: while its items are being replaced in the tables, or were left half replaced by a process that
 * died, its files in the lake are read instead.
 */
export async function chart(
  sources: ChartSources,
  dates: readonly string[],
  name: KpiName,
  { from, to, genre }: ChartQuery,
): Promise<readonly ChartItem[]> {
  const kpi = kpis.find((candidate) => candidate.name === name);
  if (kpi === undefined) throw new TypeError(`no KPI is called ${name}`);
  const { tables, published } = sources;
  const before = await published.list();
  const found = new Map<string, readonly ChartItem[]>();
  for (const date of dates.filter((one) => one >= from && one <= to)) {
    // The KPI tables hold texts and numbers only: that is what `toItem` makes.
    found.set(date, (await readItems(tables, kpi.table, date)) as ChartItem[]);
  }
  const after = await published.list();
  for (const date of found.keys()) {
    // Whoever replaces items takes the digest away first and puts it back last.
    const digest = before.get(date)?.digest;
    if (digest !== undefined && digest === after.get(date)?.digest) continue;
    found.set(date, await fromLake(sources, kpi, date));
  }
  const items = [...found.values()].flat();
  return genre === undefined
    ? items
    : items.filter((item) => (item['genre_name'] ?? item['genre']) === genre);
}

async function fromLake(sources: ChartSources, kpi: Kpi, date: string): Promise<readonly ChartItem[]> {
  const { lake } = sources;
  const engine = await sources.engine();
  for (;;) {
    const publication = await readPublication(lake, date);
    if (publication === undefined) return [];
    const items = await processedItems({ lake, engine }, publication);
    if (items === undefined) continue;
    // As they would come back from the table, numbers above all.
    const stored = (items.get(kpi.name) ?? []).map((item) => fromAttributes(toAttributes(item)) as ChartItem);
    return inKeyOrder(kpi, stored);
  }
}

/** As DynamoDB orders a partition: text by its bytes, numbers by their value. */
function inKeyOrder({ table }: Kpi, items: readonly ChartItem[]): readonly ChartItem[] {
  const { sortKey } = table;
  if (sortKey === undefined) return items;
  const { name, type } = sortKey;
  return items.toSorted((a, b) =>
    type === 'N' ? Number(a[name]) - Number(b[name]) : Buffer.compare(bytesOf(a[name]), bytesOf(b[name])),
  );
}

const bytesOf = (value: unknown): Buffer => Buffer.from(String(value));
