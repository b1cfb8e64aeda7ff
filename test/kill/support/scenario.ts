import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DATE, WRONG_HEADER } from '../../cli-e2e/support/lakes.ts';

/** Files by their key below `raw/`. */
export type Files = Readonly<Record<string, string>>;

const NEXT_DATE = '2024-06-26';
/** In the past, so that no time in the files is in the future. */
const MODIFIED = new Date('2024-07-01T00:00:00Z');

export const plays = (...rows: readonly string[]): string =>
  `user_id,track_id,listen_time\n${rows.map((row) => `${row}\n`).join('')}`;
const songs = (...rows: readonly string[]): string =>
  `track_id,track_name,track_genre,duration_ms,artists\n${rows.map((row) => `${row},Band\n`).join('')}`;
const users = (...ids: readonly string[]): string =>
  `user_id,user_name,user_age,user_country,created_at\n${ids.map((id) => `${id},Ada,36,UK,2024-01-01\n`).join('')}`;

export const CATALOGUE: Files = {
  'users/users.csv': users('u1', 'u2'),
  'songs/songs.csv': songs('t1,Song 1,pop,1000', 't2,Song 2,rock,2000'),
};

const MONDAY = plays(`u1,t1,${DATE} 10:00:00`, `u1,t2,${DATE} 11:00:00`, `,t1,${DATE} 12:00:00`);

/** A catalogue, three files on two dates with a bad row, the same bytes again, and a file that is refused. */
export const FIRST: Files = {
  ...CATALOGUE,
  'streams/a.csv': MONDAY,
  'streams/b.csv': plays(`u1,t1,${NEXT_DATE} 10:00:00`, `u2,t2,${NEXT_DATE} 11:00:00`),
  'streams/c.csv': plays(`u1,t1,${DATE} 13:00:00`, `u2,t2,${NEXT_DATE} 12:00:00`),
  'streams/d.csv': MONDAY,
  'streams/e.csv': WRONG_HEADER,
};

/** Later: plays of the same dates, and a catalogue in which a genre has another name, so that items vanish. */
export const SECOND: Files = {
  'songs/songs.csv': songs('t1,Song 1,soul,1000', 't2,Song 2,rock,2000'),
  'streams/g.csv': plays(`u2,t1,${DATE} 14:00:00`, `u2,t1,${NEXT_DATE} 14:00:00`),
};
/** Later still, the same again. */
export const THIRD: Files = {
  'songs/songs.csv': songs('t1,Song 1,jazz,1000', 't2,Song 2,rock,2000'),
  'streams/h.csv': plays(`u1,t1,${DATE} 15:00:00`, `u1,t2,${NEXT_DATE} 15:00:00`),
};

/** Drops files as a person would: each is whole as soon as it is there. */
export async function drop(lake: string, files: Files): Promise<void> {
  for (const [key, text] of Object.entries(files)) {
    const path = join(lake, 'raw', key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await utimes(path, MODIFIED, MODIFIED);
  }
}
