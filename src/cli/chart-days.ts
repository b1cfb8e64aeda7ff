import type { ChartItem, Hitparade, KpiName } from '../pipeline/hitparade.ts';
import { numberOf, textOf, type DayChart } from './render/chart-items.ts';
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
  days: Days,
  items: readonly ChartItem[],
): Promise<readonly DayChart[]> {
  const { from, genre } = days;
  const eve = dayBefore(from);
  const filter = genre === undefined ? {} : { genre };
  const byDate = groupByDate([...(await hitparade.chart(kpi, { from: eve, to: eve, ...filter })), ...items]);
  const ordered = kpi === 'top_songs' && genre === undefined;
  const listensByDate = ordered
    ? await genreListens(hitparade, days)
    : new Map<string, ReadonlyMap<string, number>>();
  // One genre may well have had no plays on a day whose charts exist.
  const published = genre === undefined ? undefined : new Set(await hitparade.publishedDates());
  return [...byDate]
    .filter(([date]) => date >= from)
    .map(([date, ofDate]) => {
      const before = byDate.get(dayBefore(date));
      const none = published?.has(dayBefore(date)) === true ? [] : undefined;
      const listens = listensByDate.get(date);
      return { date, items: ofDate, before: before ?? none, ...(listens === undefined ? {} : { listens }) };
    });
}

/** Songs are shown genre by genre, in the order that the chart of genres has. */
async function genreListens(
  hitparade: Hitparade,
  { from, to }: Days,
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const byDate = groupByDate(await hitparade.chart('daily_genre', { from, to }));
  return new Map(
    [...byDate].map(([date, items]) => [
      date,
      new Map(items.map((item) => [textOf(item, 'genre'), numberOf(item, 'listen_count')])),
    ]),
  );
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
