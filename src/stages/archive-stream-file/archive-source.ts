import type { LogEntry } from '../../lake/entry.ts';
import { hashObject } from '../../lake/hash-object.ts';
import type { Lake } from '../../lake/lake.ts';
import { rejectionReasonsKey } from '../../lake/zones.ts';
import type { SourceFile } from '../context.ts';
import { ArchiveMismatchError } from './errors.ts';

/**
 * Moves a decided source to the place that its entry names: copy, verify, and only then delete, and
 * only if the source is still the one that was decided. Running it again finishes what was begun.
 * @returns whether the source is gone from `raw/`; false if a new delivery has taken its place
 * @throws ArchiveMismatchError if the copy is not what was received; the source stays
 */
export async function archiveSource(lake: Lake, entry: LogEntry, source: SourceFile): Promise<boolean> {
  if (entry.archive === null) return false;
  if ((await hashObject(lake, source.object.key)).sha256 !== entry.cid) return false;
  await lake.copyIfAbsent(source.object.key, entry.archive);
  const copy = await hashObject(lake, entry.archive);
  if (copy.sha256 !== entry.cid) throw new ArchiveMismatchError(entry.archive, entry.cid, copy.sha256);
  if (entry.kind === 'rejected') await writeReasons(lake, entry, entry.archive);
  return lake.deleteIfMatch(source.object.key, source.object.version);
}

async function writeReasons(
  lake: Lake,
  { filename, dataset, cid, at, error }: Extract<LogEntry, { kind: 'rejected' }>,
  archive: string,
): Promise<void> {
  const reasons = { filename, dataset, hash: cid, rejected_on: at, ...error };
  await lake.putIfAbsent(rejectionReasonsKey(archive), Buffer.from(`${JSON.stringify(reasons, null, 2)}\n`));
}
