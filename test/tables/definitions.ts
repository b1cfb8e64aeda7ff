import { randomUUID } from 'node:crypto';
import type { Fence } from '../../src/tables/fence.ts';
import { keyProblem } from '../../src/tables/item-limits.ts';
import { PublishedDates, type PublishedDate } from '../../src/tables/published-dates.ts';
import { syncItems } from '../../src/tables/sync-items.ts';
import type { SyncResult } from '../../src/tables/sync-result.ts';
import type { Tables } from '../../src/tables/tables.ts';
import {
  LEDGER_TABLE,
  PUBLISHED_DATES_TABLE,
  type Item,
  type TableDefinition,
} from '../../src/tables/definition.ts';

export const SONGS: TableDefinition = {
  name: 'TopSongsPerGenre',
  partitionKey: { name: 'date', type: 'S' },
  sortKey: { name: 'genre', type: 'S' },
};

export const GENRES: TableDefinition = {
  name: 'TopGenresPerDay',
  partitionKey: { name: 'date', type: 'S' },
  sortKey: { name: 'rank', type: 'N' },
};

export const ALL: readonly TableDefinition[] = [SONGS, GENRES, LEDGER_TABLE, PUBLISHED_DATES_TABLE];

export const DATE = '2024-06-25';

export function song(genre: string, plays: number): Item {
  return { date: DATE, genre: `${genre}#1`, track_id: '007', play_count: plays, rank: 1 };
}

export function songs(count: number, plays = 1): Item[] {
  return Array.from({ length: count }, (_, index) => song(`genre-${String(index).padStart(5, '0')}`, plays));
}

let writers = 0;

/** Loads nothing and says that it did; `false` as soon as a step of it is refused. */
export async function publish(
  published: PublishedDates,
  date: string,
  record: PublishedDate,
): Promise<boolean> {
  const writer = `writer-${(writers += 1)}`;
  return (await published.begin(date, record, writer)) && (await published.finish(date, record, writer));
}

/** Loads items of a date as a writer that nobody disturbs. */
export async function sync(
  tables: Tables,
  definition: TableDefinition,
  date: string,
  items: readonly Item[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<SyncResult> {
  const fence = newFence(date);
  if (keyProblem(definition.partitionKey, date, 'partition') === undefined) {
    await new PublishedDates(tables).begin(date, { lake: 'this-lake', version: 1 }, fence.writer);
  }
  const result = await syncItems(tables, definition, fence, items, options);
  if (result === undefined) throw new Error('Another writer has begun to load the date.');
  return result;
}

export function newFence(date: string): Fence {
  return { date, writer: `writer-${(writers += 1)}`, uniqueId: () => randomUUID() };
}
