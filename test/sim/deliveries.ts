import type { Drop } from './world.ts';
import type { Random } from './random.ts';

const USERS = ['ann', 'bob', 'cem'];
const TRACKS = ['t1', 't2', 't3', 't4'];
const GENRES = ['pop', 'rock', 'jazz'];
const DATES = ['2024-06-25', '2024-06-26', '2024-06-27'];

function songsFile(random: Random): string {
  const rows = TRACKS.slice(0, random.between(2, 4)).map(
    (track) => `${track},Song ${track},${random.pick(GENRES)},${random.pick([1000, 2000])},Band`,
  );
  return `track_id,track_name,track_genre,duration_ms,artists\n${rows.join('\n')}\n`;
}

function usersFile(random: Random): string {
  const rows = USERS.slice(0, random.between(1, 3)).map((user) => `${user},N,30,DE,2024-01-01`);
  return `user_id,user_name,user_age,user_country,created_at\n${rows.join('\n')}\n`;
}

export function playsFile(random: Random, dates: readonly string[]): string {
  const rows = Array.from({ length: random.between(1, 4) }, () => {
    const time = `${random.pick(dates)} 10:0${random.between(0, 5)}:00`;
    return `${random.pick(USERS)},${random.pick(TRACKS)},${random.chance(0.1) ? 'never' : time}`;
  });
  return `user_id,track_id,listen_time\n${rows.join('\n')}\n`;
}

const BAD_FILES = [
  'user_id,track_id\nann,t1\n',
  'user_id,track_id,listen_time\nann,"t1,2024-06-25 10:00:00\n',
];

/** What people drop in a simulation, in their order: play files, repetitions of all kinds, catalogues. */
export function deliveriesOf(random: Random): readonly Drop[] {
  const dates = DATES.slice(0, random.between(1, 3));
  const drops: Drop[] = [{ dataset: 'songs', filename: 'songs.csv', text: songsFile(random) }];
  if (random.chance(0.5)) drops.push({ dataset: 'users', filename: 'users.csv', text: usersFile(random) });
  const plays: Drop[] = [];
  for (let count = random.between(1, 5); count > 0; count--) {
    const earlier = plays.length > 0 && random.chance(0.4) ? random.pick(plays) : undefined;
    const filename =
      earlier !== undefined && random.chance(0.6) ? earlier.filename : `plays-${plays.length}.csv`;
    const text =
      earlier !== undefined && random.chance(0.5)
        ? earlier.text
        : random.chance(0.12)
          ? random.pick(BAD_FILES)
          : playsFile(random, dates);
    const drop = { dataset: 'streams', filename, text } as const;
    plays.push(drop);
    drops.push(drop);
    if (random.chance(0.2)) drops.push({ dataset: 'songs', filename: 'songs.csv', text: songsFile(random) });
    if (random.chance(0.05)) drops.push({ dataset: 'songs', filename: 'more.csv', text: songsFile(random) });
  }
  return drops;
}
