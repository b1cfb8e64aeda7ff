import type { Columns, PlanInput, PlanStep } from '../engines/engine.ts';

/** Columns of a part of `validated/streams/`. */
export const PLAY_COLUMNS: Columns = { user_id: 'VARCHAR', track_id: 'VARCHAR', listen_time: 'TIMESTAMP' };
/** What the KPIs need to know of a song; parts hold more. */
export const SONG_COLUMNS: Columns = {
  track_id: 'VARCHAR',
  track_name: 'VARCHAR',
  track_genre: 'VARCHAR',
  duration_ms: 'BIGINT',
  artists: 'VARCHAR',
};
export const USER_COLUMNS: Columns = { user_id: 'VARCHAR' };

/** Base name of the part that a play stands in. */
const PART_COLUMN = 'part';

const songInput = (index: number): string => `songs_${index}`;

/** What the KPIs of a set of dates are computed from. Paths as the engine reads them. */
export interface Sources {
  /** Every part of every date. */
  readonly plays: readonly string[];
  /** One list per catalogue file, in ascending order of precedence. */
  readonly songs: readonly string[];
  readonly users: readonly string[];
  /** Whether a play can stand in two parts: false spares the search for repetitions. */
  readonly overlapping: boolean;
}

export function sourceInputs(sources: Sources): Readonly<Record<string, PlanInput>> {
  const songs = sources.songs.map((path, index): [string, PlanInput] => [
    songInput(index),
    { format: 'parquet', paths: [path], columns: SONG_COLUMNS },
  ]);
  return {
    play_rows: { format: 'parquet', paths: sources.plays, columns: PLAY_COLUMNS, fileColumn: PART_COLUMN },
    user_rows: { format: 'parquet', paths: sources.users, columns: USER_COLUMNS },
    no_songs: { format: 'parquet', paths: [], columns: SONG_COLUMNS },
    ...Object.fromEntries(songs),
  };
}

/**
 * `plays` (date, user_id, track_id, listen_time): each play once.
 * `catalogue` (track_id, genre, track_name, artists, duration_ms): each track once in each genre.
 * `track_plays` (date, track_id, plays): plays of every track, known or not.
 * `part_counts` (date, part, plays, unknown_track, unknown_user): what to report of each part.
 */
export function sourceSteps(sources: Sources): readonly PlanStep[] {
  const unions = ['no_songs', ...sources.songs.map((_, index) => songInput(index))].map(
    (input, precedence) =>
      `SELECT CAST(${precedence} AS BIGINT) AS precedence, track_id, track_genre, track_name, artists, duration_ms FROM ${input}`,
  );
  return [
    {
      name: 'dated_plays',
      sql: `SELECT CAST(CAST(listen_time AS DATE) AS VARCHAR) AS date, user_id, track_id, listen_time, ${PART_COLUMN}
        FROM play_rows`,
    },
    {
      name: 'plays',
      sql: `SELECT ${sources.overlapping ? 'DISTINCT ' : ''}date, user_id, track_id, listen_time FROM dated_plays`,
      materialize: sources.overlapping,
    },
    { name: 'song_rows', sql: unions.join(' UNION ALL ') },
    {
      // A newer catalogue file wins; within one, the order of values, so that the order of rows is nothing.
      name: 'ranked_songs',
      sql: `SELECT track_id, track_genre AS genre, track_name, coalesce(artists, '') AS artists, duration_ms,
        row_number() OVER (PARTITION BY track_id, track_genre
          ORDER BY precedence DESC, duration_ms, track_name, coalesce(artists, '')) AS choice FROM song_rows`,
    },
    {
      name: 'catalogue',
      sql: 'SELECT track_id, genre, track_name, artists, duration_ms FROM ranked_songs WHERE choice = 1',
      materialize: true,
    },
    {
      name: 'track_plays',
      sql: 'SELECT date, track_id, count(*) AS plays FROM plays GROUP BY date, track_id',
      materialize: true,
    },
    { name: 'known_tracks', sql: 'SELECT DISTINCT track_id FROM catalogue' },
    { name: 'known_users', sql: 'SELECT DISTINCT user_id FROM user_rows' },
    {
      name: 'part_counts',
      sql: `SELECT p.date, p.${PART_COLUMN}, count(*) AS plays,
          sum(CASE WHEN t.track_id IS NULL THEN 1 ELSE 0 END) AS unknown_track,
          sum(CASE WHEN u.user_id IS NULL THEN 1 ELSE 0 END) AS unknown_user
        FROM dated_plays p
        LEFT JOIN known_tracks t ON t.track_id = p.track_id
        LEFT JOIN known_users u ON u.user_id = p.user_id
        GROUP BY p.date, p.${PART_COLUMN}`,
    },
    { name: 'date_counts', sql: 'SELECT date, sum(plays) AS plays FROM track_plays GROUP BY date' },
  ];
}
