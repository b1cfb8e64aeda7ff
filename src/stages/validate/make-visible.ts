import type { LogEntry } from '../../lake/entry.ts';
import { ObjectMissingError } from '../../lake/errors.ts';
import type { Lake } from '../../lake/lake.ts';

/**
 * Copies what a committed entry owns from staging to its place. Anyone may, any number of times.
 * @throws ObjectMissingError if an object is in neither place: the lake has lost what the log names
 */
export async function makeVisible(lake: Lake, entry: LogEntry): Promise<void> {
  if (entry.kind !== 'accepted') return;
  for (const { key, staged } of [...entry.parts, ...entry.badRecords]) {
    try {
      // Also where it stands already: only then is it known to be durable.
      await lake.copyIfAbsent(staged, key);
    } catch (error) {
      if (!(error instanceof ObjectMissingError) || (await lake.head(key)) === undefined) throw error;
    }
  }
}
