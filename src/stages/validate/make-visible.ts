import type { LogEntry } from '../../lake/entry.ts';
import type { Lake } from '../../lake/lake.ts';

/** Copies what a committed entry owns from staging to its place. Anyone may, any number of times. */
export async function makeVisible(lake: Lake, entry: LogEntry): Promise<void> {
  if (entry.kind !== 'accepted') return;
  for (const { key, staged } of [...entry.parts, ...entry.badRecords]) {
    if ((await lake.head(key)) === undefined) await lake.copyIfAbsent(staged, key);
  }
}
