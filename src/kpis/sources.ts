import { literal } from '../engines/dialect.ts';
import type { Columns, Plan, PlanBase, PlanInput, PlanStep } from '../engines/engine.ts';

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

const songInput = (index: number): string => `songs_${index}`;

/** The parts of the catalogue, as paths that the engine reads. */
export interface CatalogueSources {
  /** In ascending order of precedence. */
  readonly songs: readonly string[];
  readonly users: readonly string[];
}

/** A part of the plays of a date. It holds a play once. */
export interface PlayPart {
  readonly path: string;
  readonly date: string;
}

/**
 * Everything that is counted is counted by numbers, which are shorter than ids and compared at once. Numbers
 * for the catalogue, once for all dates of a run:
 *
 * `catalogue` (track_key, genre_key, track_id, genre, track_name, artists, duration_ms): each track once in
 *   each genre.
 * `track_genres` (track_key, genre_key), `genres` (genre_key, genre), `tracks` (track_id, track_key): the same,
 *   as narrow as a join of every play wants it.
 * `users` (user_id, user_key).
 */
export function catalogueBase({ songs, users }: CatalogueSources): PlanBase {
  const inputs = songs.map((path, index): [string, PlanInput] => [
    songInput(index),
    { format: 'parquet', paths: [path], columns: SONG_COLUMNS },
  ]);
  return {
    name: 'catalogue',
    inputs: {
      user_rows: { format: 'parquet', paths: users, columns: USER_COLUMNS },
      no_songs: { format: 'parquet', paths: [], columns: SONG_COLUMNS },
      ...Object.fromEntries(inputs),
    },
    steps: catalogueSteps(songs.length),
  };
}

/** @param files how many files of songs there are */
export function catalogueSteps(files: number): readonly PlanStep[] {
  const names = ['no_songs', ...Array.from({ length: files }, (_, index) => songInput(index))];
  const unions = names.map(
    (input, precedence) =>
      `SELECT CAST(${precedence} AS BIGINT) AS precedence, track_id, track_genre, track_name, artists, duration_ms FROM ${input}`,
  );
  return [
    { name: 'song_rows', sql: unions.join(' UNION ALL ') },
    {
      // A newer catalogue file wins; within one, the order of values, so that the order of rows is nothing.
      name: 'ranked_songs',
      sql: `SELECT track_id, track_genre AS genre, track_name, coalesce(artists, '') AS artists, duration_ms,
        row_number() OVER (PARTITION BY track_id, track_genre
          ORDER BY precedence DESC, duration_ms, track_name, coalesce(artists, '')) AS choice FROM song_rows`,
    },
    { name: 'chosen_songs', sql: 'SELECT * FROM ranked_songs WHERE choice = 1', materialize: true },
    {
      name: 'tracks',
      sql: `SELECT track_id, CAST(row_number() OVER (ORDER BY track_id) AS INTEGER) AS track_key
        FROM (SELECT DISTINCT track_id FROM chosen_songs) t`,
      materialize: true,
    },
    {
      name: 'genres',
      sql: `SELECT genre, CAST(row_number() OVER (ORDER BY genre) AS INTEGER) AS genre_key
        FROM (SELECT DISTINCT genre FROM chosen_songs) g`,
      materialize: true,
    },
    {
      name: 'catalogue',
      sql: `SELECT t.track_key, g.genre_key, s.track_id, s.genre, s.track_name, s.artists, s.duration_ms
        FROM chosen_songs s JOIN tracks t ON t.track_id = s.track_id JOIN genres g ON g.genre = s.genre`,
      materialize: true,
    },
    { name: 'track_genres', sql: 'SELECT track_key, genre_key FROM catalogue', materialize: true },
    {
      name: 'users',
      sql: `SELECT user_id, CAST(row_number() OVER () AS INTEGER) AS user_key
        FROM (SELECT DISTINCT user_id FROM user_rows) u`,
      materialize: true,
    },
  ];
}

export const playInputs = (parts: readonly PlayPart[]): Plan['inputs'] => ({
  play_rows: {
    format: 'parquet',
    paths: parts.map(({ path }) => path),
    columns: PLAY_COLUMNS,
    fileColumn: 'part',
  },
});

/**
 * `plays` (date, track_key, user_key, unknown_user): each play once. The keys are NULL for what no catalogue
 *   knows; then `unknown_user` is the id.
 * `track_plays` (date, track_key, plays): plays of every track; NULL stands for all unknown ones.
 * `part_counts` (date, part, plays, unknown_track, unknown_user): what to report of each part, by its place
 *   among the parts.
 * `date_counts` (date, plays): distinct plays, of known tracks or not.
 */
export function playSteps(parts: readonly PlayPart[]): readonly PlanStep[] {
  const dates = new Set(parts.map(({ date }) => date));
  // Only then can a play stand in two parts, and what tells two plays apart beside their keys is worth the memory.
  const overlapping = parts.length > dates.size;
  const identity = ['p.listen_time', 'CASE WHEN t.track_key IS NULL THEN p.track_id END AS unknown_track'];
  const date = dates.size === 1 ? `CAST(${[...dates].map(literal).join('')} AS DATE)` : undefined;
  const part = parts.length === 1 ? 'CAST(0 AS INTEGER)' : undefined;
  const ofEach = [
    ...(date === undefined ? ['CAST(p.listen_time AS DATE) AS date'] : []),
    ...(part === undefined ? ['p.part'] : []),
    ...(overlapping ? identity : []),
  ];
  // What all rows share, which is usual for a date of many plays, is not kept with each.
  const ofAll = [
    ...(date === undefined ? [] : [`${date} AS date`]),
    ...(part === undefined ? [] : [`${part} AS part`]),
  ];
  return [
    {
      name: 'keyed_rows',
      sql: `SELECT ${[...ofEach, 't.track_key', 'u.user_key'].join(', ')},
          CASE WHEN u.user_key IS NULL THEN p.user_id END AS unknown_user
        FROM play_rows p
        LEFT JOIN tracks t ON t.track_id = p.track_id
        LEFT JOIN users u ON u.user_id = p.user_id`,
      materialize: true,
    },
    { name: 'keyed_plays', sql: `SELECT ${[...ofAll, '*'].join(', ')} FROM keyed_rows` },
    {
      name: 'plays',
      sql: overlapping
        ? 'SELECT DISTINCT date, track_key, user_key, unknown_user, listen_time, unknown_track FROM keyed_plays'
        : 'SELECT date, track_key, user_key, unknown_user FROM keyed_plays',
      materialize: overlapping,
    },
    {
      name: 'track_plays',
      sql: 'SELECT date, track_key, count(*) AS plays FROM plays GROUP BY date, track_key',
      materialize: true,
    },
    {
      name: 'part_counts',
      sql: `SELECT CAST(date AS VARCHAR) AS date, part, count(*) AS plays,
          sum(CASE WHEN track_key IS NULL THEN 1 ELSE 0 END) AS unknown_track,
          sum(CASE WHEN user_key IS NULL THEN 1 ELSE 0 END) AS unknown_user
        FROM keyed_plays GROUP BY date, part`,
    },
    {
      name: 'date_counts',
      sql: 'SELECT CAST(date AS VARCHAR) AS date, sum(plays) AS plays FROM track_plays GROUP BY date',
    },
  ];
}
