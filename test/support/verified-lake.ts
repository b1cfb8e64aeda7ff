import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { Hitparade } from '../../src/pipeline/hitparade.ts';
import { openHitparade } from '../../src/pipeline/open.ts';
import type { VerifyFinding, VerifyReport } from '../../src/pipeline/verify/report.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { plays, songs, type Drop } from './test-lake.ts';

const FIRST = plays('u a 10:00:00', 'u b 2024-06-26 10:00:00', ' b 11:00:00', 'u c 12:00:00');
/** Entries 1 to 8: everything that a log can say. */
const HISTORY: readonly (readonly Drop[])[] = [
  [
    {
      dataset: 'users',
      filename: 'users.csv',
      text: 'user_id,user_name,user_age,user_country,created_at\nu,Ada,36,UK,2024-01-01\n',
    },
    { dataset: 'songs', filename: 'songs.csv', text: songs('a pop', 'b rock', 'c jazz', 'd folk') },
    { dataset: 'streams', filename: '1.csv', text: FIRST },
    { dataset: 'streams', filename: 'twin.csv', text: FIRST },
    { dataset: 'streams', filename: '2.csv', text: plays('v a 10:00:00', 'v x 2024-06-27 12:00:00') },
    {
      dataset: 'streams',
      filename: 'wrong.csv',
      text: 'User_ID,track_id,listen_time\nu,a,2024-06-25 10:00:00\n',
    },
  ],
  [{ dataset: 'streams', filename: '2.csv', text: plays('v b 10:00:00', 'v d 2024-06-27 12:00:00') }],
  [{ dataset: 'songs', filename: 'songs.csv', text: songs('a pop', 'b rock', 'c soul', 'd folk') }],
];

let built: Promise<string> | undefined;
afterAll(async () => {
  if (built !== undefined) await rm(await built, { recursive: true, force: true });
});

/** A lake after that history, closed: a directory of its own for the running test. */
export async function historyLake(): Promise<string> {
  // Made once for all tests of a file: a copy takes a moment, the history seconds.
  built ??= build();
  const copy = await temporaryDirectory();
  await cp(await built, copy, { recursive: true, preserveTimestamps: true });
  return copy;
}

async function build(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'hitparade-history-')));
  await inLake(directory, async (hitparade) => {
    for (const drops of HISTORY) {
      for (const drop of drops) await dropInto(directory, drop);
      await hitparade.run();
    }
  });
  return directory;
}

async function dropInto(directory: string, { dataset, filename, text }: Drop): Promise<void> {
  const path = join(directory, 'raw', dataset, filename);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

export async function inLake<T>(directory: string, work: (hitparade: Hitparade) => Promise<T>): Promise<T> {
  const hitparade = await openHitparade({
    lake: directory,
    threads: 2,
    memoryLimit: '512MB',
    onSameName: 'replace',
  });
  try {
    return await work(hitparade);
  } finally {
    await hitparade.close();
  }
}

export const verified = (directory: string): Promise<VerifyReport> =>
  inLake(directory, (hitparade) => hitparade.verify());

export const found = ({ problems, notes }: VerifyReport): readonly VerifyFinding[] => [...problems, ...notes];

/** Keys of all objects that a verification answers for. */
export async function objectsOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((key) => !/^(raw|_staging|\.hitparade)\//.test(key))
    .sort();
}

/** @returns puts the old bytes back */
export async function flip(path: string, at: number, mask: number): Promise<() => Promise<void>> {
  const bytes = await readFile(path);
  const flipped = Buffer.from(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ mask;
  await writeFile(path, flipped);
  return () => writeFile(path, bytes);
}

export async function chartsOf(hitparade: Hitparade): Promise<unknown> {
  const range = { from: '0001-01-01', to: '9999-12-31' };
  return [
    await hitparade.chart('daily_genre', range),
    await hitparade.chart('top_songs', range),
    await hitparade.chart('top_genres', range),
  ];
}

/** Works on the tables of an open lake as anyone else could. */
export async function inTables<T>(
  hitparade: Hitparade,
  work: (client: DynamoDBClient) => Promise<T>,
): Promise<T> {
  const { endpoint, region, accessKeyId, secretAccessKey } = await hitparade.serveTables({});
  const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}
