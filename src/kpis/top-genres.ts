import type { Kpi } from './kpi.ts';

/** The five genres with the most listens of a date; ties by genre. */
export const topGenres: Kpi = {
  name: 'top_genres',
  folder: 'top_genres',
  grain: 'one row per date and rank 1 to 5',
  columns: { rank: 'BIGINT', genre: 'VARCHAR', listen_count: 'BIGINT', unique_listeners: 'BIGINT' },
  steps: [
    {
      name: 'ranked_genres',
      sql: `SELECT date, genre, listen_count, unique_listeners,
          row_number() OVER (PARTITION BY date ORDER BY listen_count DESC, genre) AS rank FROM daily_genre`,
    },
    {
      name: 'top_genres',
      sql: 'SELECT date, rank, genre, listen_count, unique_listeners FROM ranked_genres WHERE rank <= 5',
      materialize: true,
    },
  ],
  orderBy: ['rank'],
  table: {
    name: 'TopGenresPerDay',
    partitionKey: { name: 'date', type: 'S' },
    sortKey: { name: 'rank', type: 'N' },
  },
  itemVersion: 1,
  toItem: (date, row) => ({ date, ...row }),
};
