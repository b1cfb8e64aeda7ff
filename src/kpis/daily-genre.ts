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
      sql: `SELECT t.date, c.genre_key, CAST(sum(t.plays) AS BIGINT) AS listen_count,
          CAST(sum(t.plays * c.duration_ms) AS BIGINT) AS total_listening_time
        FROM track_plays t JOIN catalogue c ON c.track_key = t.track_key GROUP BY t.date, c.genre_key`,
    },
    {
      name: 'genre_listeners',
      // Nobody is known and unknown at once, so the two numbers add up. They are counted apart, because to look
      // for unknown users among all plays takes a third as long again.
      sql: `SELECT date, genre_key, CAST(sum(listeners) AS BIGINT) AS unique_listeners FROM (
          SELECT date, genre_key, count(*) AS listeners FROM (
            SELECT DISTINCT p.date, c.genre_key, p.user_key
            FROM plays p JOIN track_genres c ON c.track_key = p.track_key WHERE p.user_key IS NOT NULL
          ) known GROUP BY date, genre_key
          UNION ALL
          SELECT p.date, c.genre_key, count(DISTINCT p.unknown_user) AS listeners
          FROM plays p JOIN track_genres c ON c.track_key = p.track_key
          WHERE p.user_key IS NULL GROUP BY p.date, c.genre_key
        ) either GROUP BY date, genre_key`,
    },
    {
      name: 'daily_genre',
      sql: `SELECT l.date, g.genre, l.listen_count, u.unique_listeners, l.total_listening_time,
          CAST(l.total_listening_time AS DOUBLE) / u.unique_listeners AS avg_listening_time
        FROM genre_listens l
        JOIN genre_listeners u ON u.date = l.date AND u.genre_key = l.genre_key
        JOIN genres g ON g.genre_key = l.genre_key`,
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
