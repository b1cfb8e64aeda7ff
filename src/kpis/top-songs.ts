import type { Kpi } from './kpi.ts';

/** The three songs of each genre that were played most on a date; ties by track_id. */
export const topSongs: Kpi = {
  name: 'top_songs',
  folder: 'top_songs',
  grain: 'one row per date, genre and rank 1 to 3',
  columns: {
    genre: 'VARCHAR',
    rank: 'BIGINT',
    track_id: 'VARCHAR',
    track_name: 'VARCHAR',
    artists: 'VARCHAR',
    play_count: 'BIGINT',
  },
  steps: [
    {
      name: 'ranked_tracks',
      // By numbers, which are in the order of ids: names are looked up for three songs of a genre only.
      sql: `SELECT t.date, c.genre_key, t.track_key, t.plays AS play_count,
          row_number() OVER (PARTITION BY t.date, c.genre_key ORDER BY t.plays DESC, t.track_key) AS rank
        FROM track_plays t JOIN track_genres c ON c.track_key = t.track_key`,
    },
    {
      name: 'top_songs',
      sql: `SELECT r.date, c.genre, r.rank, c.track_id, c.track_name, c.artists, r.play_count
        FROM ranked_tracks r
        JOIN catalogue c ON c.track_key = r.track_key AND c.genre_key = r.genre_key WHERE r.rank <= 3`,
      materialize: true,
    },
  ],
  orderBy: ['genre', 'rank'],
  table: {
    name: 'TopSongsPerGenre',
    partitionKey: { name: 'date', type: 'S' },
    sortKey: { name: 'genre', type: 'S' },
  },
  itemVersion: 1,
  // Three songs of one genre cannot share a key, so the sort key carries the rank.
  toItem: (date, { genre, rank, ...song }) => ({
    date,
    genre: `${String(genre)}#${String(rank)}`,
    genre_name: genre ?? null,
    rank: rank ?? null,
    ...song,
  }),
};
