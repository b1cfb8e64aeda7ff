import type { LogEntry, OwnedObject } from './entry.ts';
import { ObjectMissingError } from './errors.ts';
import { hashObject } from './hash-object.ts';
import type { Lake } from './lake.ts';

/** Everything that an entry owns: its parts and its bad records. */
export const ownedBy = (entry: LogEntry): readonly OwnedObject[] =>
  entry.kind === 'accepted' ? [...entry.parts, ...entry.badRecords] : [];

/** Whether an object stands at its place with the right size; one that is only staged is put there. */
async function isThere(lake: Lake, { key, staged, bytes }: OwnedObject): Promise<boolean> {
  const found = await lake.head(key);
  if (found !== undefined) return found.bytes === bytes;
  try {
    await lake.copyIfAbsent(staged, key);
  } catch (error) {
    // Staging goes when all is in place: another runner may have done both since we looked.
    if (!(error instanceof ObjectMissingError)) throw error;
  }
  return (await lake.head(key))?.bytes === bytes;
}

/** Those that are gone or have another size. One look each; the bytes are not read. */
export async function lostObjects<Owned extends OwnedObject>(
  lake: Lake,
  objects: readonly Owned[],
): Promise<readonly Owned[]> {
  const lost: Owned[] = [];
  for (const object of objects) if (!(await isThere(lake, object))) lost.push(object);
  return lost;
}

/** Those that are gone or have other bytes than the log says. Reads them all. */
export async function damagedObjects<Owned extends OwnedObject>(
  lake: Lake,
  objects: readonly Owned[],
): Promise<readonly Owned[]> {
  const damaged: Owned[] = [];
  for (const object of objects) {
    const sound =
      (await isThere(lake, object)) && (await hashObject(lake, object.key)).sha256 === object.sha256;
    if (!sound) damaged.push(object);
  }
  return damaged;
}

/** The numbers of the entries that own something that is lost: the same bytes must be taken again. */
export async function lostEntries(lake: Lake, entries: readonly LogEntry[]): Promise<ReadonlySet<number>> {
  const lost = new Set<number>();
  for (const entry of entries) if ((await lostObjects(lake, ownedBy(entry))).length > 0) lost.add(entry.n);
  return lost;
}
