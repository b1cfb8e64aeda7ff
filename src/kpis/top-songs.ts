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
      sql: `SELECT t.date, c.genre, c.track_id, c.track_name, c.artists, t.plays AS play_count,
          row_number() OVER (PARTITION BY t.date, c.genre ORDER BY t.plays DESC, c.track_id) AS rank
        FROM track_plays t JOIN catalogue c ON c.track_key = t.track_key`,
    },
    {
      name: 'top_songs',
      sql: `SELECT date, genre, rank, track_id, track_name, artists, play_count FROM ranked_tracks WHERE rank <= 3`,
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
