import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface ZoneContent {
  readonly zone: string;
  readonly meaning: string;
  readonly files: number;
  readonly bytes: number;
}

const ZONES = [
  ['raw', 'catalogue, and plays that wait'],
  ['validated', 'good rows, as Parquet by date'],
  ['bad-records', 'rows that broke a rule, and why'],
  ['processed', 'charts of each date, as Parquet'],
  ['archive', 'play files that are done with'],
  ['_log', 'what was accepted, in order'],
] as const;

/** What lies where after the demo. */
export async function zoneContents(directory: string): Promise<readonly ZoneContent[]> {
  const present = new Set(await readdir(directory));
  const contents: ZoneContent[] = [];
  for (const [zone, meaning] of ZONES) {
    if (!present.has(zone)) continue;
    const entries = await readdir(join(directory, zone), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    let bytes = 0;
    for (const file of files) bytes += (await stat(join(file.parentPath, file.name))).size;
    contents.push({ zone, meaning, files: files.length, bytes });
  }
  return contents;
}
