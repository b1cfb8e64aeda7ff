import type { ChartItem, Hitparade, KpiName } from '../pipeline/hitparade.ts';
import type { DayChart } from './render/chart-items.ts';
import { dayBefore } from './render/dates.ts';

export interface Days {
  readonly from: string;
  readonly to: string;
  readonly genre?: string;
}

/** Adds to each date's items what the day before had, with one more query for the first date. */
export async function compareWithDayBefore(
  hitparade: Hitparade,
  kpi: KpiName,
  { from, genre }: Days,
  items: readonly ChartItem[],
): Promise<readonly DayChart[]> {
  const eve = dayBefore(from);
  const filter = genre === undefined ? {} : { genre };
  const byDate = groupByDate([...(await hitparade.chart(kpi, { from: eve, to: eve, ...filter })), ...items]);
  // One genre may well have had no plays on a day whose charts exist.
  const published = genre === undefined ? undefined : new Set(await hitparade.publishedDates());
  return [...byDate]
    .filter(([date]) => date >= from)
    .map(([date, ofDate]) => {
      const before = byDate.get(dayBefore(date));
      const none = published?.has(dayBefore(date)) === true ? [] : undefined;
      return { date, items: ofDate, before: before ?? none };
    });
}

function groupByDate(items: readonly ChartItem[]): ReadonlyMap<string, readonly ChartItem[]> {
  const groups = new Map<string, ChartItem[]>();
  for (const item of items) {
    const date = String(item['date']);
    const group = groups.get(date);
    if (group === undefined) groups.set(date, [item]);
    else group.push(item);
  }
  return groups;
}
