import { hashOf } from '../sim/memory-store.ts';
import { World, type Drop } from '../sim/world.ts';

const plays = (...rows: readonly string[]): string => `user_id,track_id,listen_time\n${rows.join('\n')}\n`;
const songs = (...rows: readonly string[]): string =>
  `track_id,track_name,track_genre,duration_ms,artists\n${rows.join('\n')}\n`;

const MONDAY = plays(
  'ann,t1,2024-06-24 10:00:00',
  'bob,t2,2024-06-24 11:00:00',
  'ann,t1,2024-06-25 00:10:00',
);

/** What is dropped before each run: three play files over two dates, a repetition, a bad file, a new catalogue. */
export const ROUNDS: readonly (readonly Drop[])[] = [
  [
    {
      dataset: 'users',
      filename: 'users.csv',
      text: 'user_id,user_name,user_age,user_country,created_at\nann,Ann,30,DE,2024-01-01\n',
    },
    {
      dataset: 'songs',
      filename: 'songs.csv',
      text: songs('t1,One,pop,1000,Band', 't2,Two,rock,2000,Band'),
    },
    { dataset: 'streams', filename: 'monday.csv', text: MONDAY },
    {
      dataset: 'streams',
      filename: 'tuesday.csv',
      text: plays('bob,t2,2024-06-25 10:00:00', 'bob,t9,2024-06-25 10:01:00', 'bob,t2,never'),
    },
    { dataset: 'streams', filename: 'bad.csv', text: 'user_id,track_id\nann,t1\n' },
    { dataset: 'streams', filename: 'again.csv', text: MONDAY },
  ],
  [
    {
      dataset: 'songs',
      filename: 'songs.csv',
      text: songs('t1,One,jazz,1000,Band', 't2,Two,rock,2500,Band', 't9,Nine,pop,100,'),
    },
    { dataset: 'streams', filename: 'monday.csv', text: MONDAY },
    {
      dataset: 'streams',
      filename: 'wednesday.csv',
      text: plays('ann,t9,2024-06-24 23:59:59', 'ann,t1,2024-06-25 00:10:00'),
    },
  ],
];

/** A world as it is before the first run. */
export function newWorld(clock: { nowMs: number }): World {
  return new World('append', clock);
}

/**
 * All that must be the same however often a process died. A file that fails is taken after the others, so the
 * order of the log, and which of two equal files is the repetition, can be another.
 */
export function finalState(world: World): unknown {
  const { store, dynamodb, log } = world;
  return {
    sources: ['raw/', 'archive/'].flatMap((zone) => store.keys(zone)),
    processed: KPI_FOLDERS.flatMap((folder) =>
      store.keys(folder).map((key) => [key, hashOf(store.get(key)?.body ?? new Uint8Array())]),
    ),
    decided: log.entries
      .map(({ dataset, filename, cid, kind }) => [dataset, filename, cid, kind === 'rejected'].join(' '))
      .toSorted(),
    charts: TABLES.map((table) =>
      dynamodb
        .items(table)
        .map((item) => JSON.stringify(item))
        .toSorted(),
    ),
  };
}

const KPI_FOLDERS = ['processed/avg_metrics/', 'processed/top_songs/', 'processed/top_genres/'];
const TABLES = ['DailyGenreKPIs', 'TopSongsPerGenre', 'TopGenresPerDay'];
