import { appendFile, lstat, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Says that a demo made the directory, and which files it delivered: those may be thrown away. */
export const MARKER = '.hitparade-demo';

const HEAD = 'Made by `hitparade demo`, which deletes this directory when it runs again.\n';

export function writeMarker(directory: string): Promise<void> {
  return writeFile(join(directory, MARKER), HEAD);
}

/** @param key below the directory */
export async function noteDelivered(directory: string, key: string): Promise<void> {
  await appendFile(join(directory, MARKER), `${await identity(directory, key)}\n`);
}

/** Of these files, those that are not, or no longer, as a demo delivered them. */
export async function notDelivered(directory: string, keys: readonly string[]): Promise<readonly string[]> {
  const delivered = new Set((await readFile(join(directory, MARKER), 'utf8')).split('\n'));
  const others: string[] = [];
  for (const key of keys) if (!delivered.has(await identity(directory, key))) others.push(key);
  return others;
}

/** Another file under the same name has another size or another time. */
async function identity(directory: string, key: string): Promise<string> {
  const { size, mtimeMs } = await lstat(join(directory, key));
  return `${size} ${mtimeMs} ${key}`;
}
