import type { Kpi } from './kpi.ts';

/** How much each genre was listened to on a date, by how many people. Times are milliseconds. */
export const dailyGenre: Kpi = {
  name: 'daily_genre',
  folder: 'avg_metrics',
  grain: 'one row per date and genre',
  columns: {
    genre: 'VARCHAR',
    listen_count: 'BIGINT',
    unique_listeners: 'BIGINT',
    total_listening_time: 'BIGINT',
    avg_listening_time: 'DOUBLE',
  },
  steps: [
    {
      name: 'genre_listens',
      sql: `SELECT t.date, c.genre, CAST(sum(t.plays) AS BIGINT) AS listen_count,
          CAST(sum(t.plays * c.duration_ms) AS BIGINT) AS total_listening_time
        FROM track_plays t JOIN catalogue c ON c.track_id = t.track_id GROUP BY t.date, c.genre`,
    },
    {
      name: 'genre_listeners',
      sql: `SELECT p.date, c.genre, count(DISTINCT p.user_id) AS unique_listeners
        FROM plays p JOIN catalogue c ON c.track_id = p.track_id GROUP BY p.date, c.genre`,
    },
    {
      name: 'daily_genre',
      sql: `SELECT l.date, l.genre, l.listen_count, u.unique_listeners, l.total_listening_time,
          CAST(l.total_listening_time AS DOUBLE) / u.unique_listeners AS avg_listening_time
        FROM genre_listens l JOIN genre_listeners u ON u.date = l.date AND u.genre = l.genre`,
      materialize: true,
    },
  ],
  orderBy: ['genre'],
  table: {
    name: 'DailyGenreKPIs',
    partitionKey: { name: 'date', type: 'S' },
    sortKey: { name: 'genre', type: 'S' },
  },
  itemVersion: 1,
  toItem: (date, row) => ({ date, ...row }),
};
