import type { PublishedDate, PublishedDates } from '../../src/tables/published-dates.ts';
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
