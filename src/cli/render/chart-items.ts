import type { ChartItem } from '../../pipeline/hitparade.ts';
import { printable } from './printable.ts';

/** A text attribute, safe for a terminal; empty if the item lacks it. */
export function textOf(item: ChartItem, attribute: string): string {
  return printable(String(item[attribute] ?? ''));
}

/** A number attribute, exact; 0 if the item lacks it. */
export function exactOf(item: ChartItem, attribute: string): number | bigint {
  const value = item[attribute];
  return typeof value === 'string' || value === undefined ? 0 : value;
}

export function numberOf(item: ChartItem, attribute: string): number {
  return Number(exactOf(item, attribute));
}

/** One date's items, and the day before's: `undefined` if that day has no chart at all. */
export interface DayChart {
  readonly date: string;
  readonly items: readonly ChartItem[];
  readonly before: readonly ChartItem[] | undefined;
  /** Listens of each genre on that day, where a chart is in their order. */
  readonly listens?: ReadonlyMap<string, number>;
}

export interface ChartOptions {
  /** Show every row, not only the largest. */
  readonly all: boolean;
}
