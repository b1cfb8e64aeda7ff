import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateService } from '../../../src/samples/generate.ts';

export const DATE = '2024-06-25';

const USERS = 'user_id,user_name,user_age,user_country,created_at\nu1,Ada,36,UK,2024-01-01\n';
const SONGS =
  'track_id,track_name,track_genre,duration_ms,artists\n' +
  't1,Song 1,pop,1000,Band\nt2,Song 2,rock,2000,Band\n';
/** Two good plays of DATE and one row without a user. */
const PLAYS = `user_id,track_id,listen_time
u1,t1,${DATE} 10:00:00
u1,t2,${DATE} 11:00:00
,t1,${DATE} 12:00:00
`;
/** The columns are not the ones of the contract: refused as a whole. */
export const WRONG_HEADER = `User_ID,track_id,listen_time\nu1,t1,${DATE} 10:00:00\n`;

type Dataset = 'users' | 'songs' | 'streams';

export async function drop(lake: string, dataset: Dataset, filename: string, text: string): Promise<void> {
  const path = join(lake, 'raw', dataset, filename);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Users, songs and one file of plays, as a newcomer would drop them. */
export async function dropAll(lake: string): Promise<void> {
  await drop(lake, 'users', 'users.csv', USERS);
  await drop(lake, 'songs', 'songs.csv', SONGS);
  await drop(lake, 'streams', 'monday.csv', PLAYS);
}

/** A made-up service, one play file a day from 2024-06-24 on. */
export async function generate(
  lake: string,
  size: { readonly plays: number; readonly days: number; readonly badRate?: number },
): Promise<void> {
  await mkdir(lake, { recursive: true });
  await generateService({ directory: lake, ...size });
}

/** The same raw files, times included, for another lake. */
export async function copyRaw(from: string, to: string): Promise<void> {
  await cp(join(from, 'raw'), join(to, 'raw'), { recursive: true, preserveTimestamps: true });
}
