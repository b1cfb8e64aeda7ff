import type { LogEntry } from '../../lake/entry.ts';
import { hashObject } from '../../lake/hash-object.ts';
import type { Lake, ObjectInfo } from '../../lake/lake.ts';
import { archiveAside, rejectionReasonsKey, sidecarKey } from '../../lake/zones.ts';
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
  const { key } = source.object;
  const before = await lake.head(key);
  if (before === undefined) return false;
  // The version that was decided has the bytes that were hashed then.
  if (before.version !== entry.sourceVersion && !(await holds(lake, key, entry.cid))) return false;
  const decided = before.version === entry.sourceVersion ? before.content : undefined;
  const place = await keep(lake, { cid: entry.cid, content: decided }, key, entry.archive);
  // What was copied is a newer delivery, which is not decided yet.
  if (place === undefined) return false;
  if (entry.kind === 'rejected') await writeReasons(lake, entry, place);
  const after = await lake.head(key);
  if (after === undefined) return true;
  // Sharing its bytes with the archive is a change of the source, too. If nothing else has changed, what was
  // found in the archive stands in the source; else the bytes are asked again.
  const shared = after.content === before.content && (await lake.head(place))?.content === after.content;
  if (after.version !== before.version && !shared && !(await holds(lake, key, entry.cid))) return false;
  // First: one that is left alone would be taken for the next delivery's.
  if (source.sidecar !== undefined) await archiveSidecar(lake, source.sidecar, sidecarKey(place));
  return lake.deleteIfMatch(key, after.version);
}

/** Moves the sidecar beside its archived file; one that was replaced meanwhile is the next delivery's. */
async function archiveSidecar(lake: Lake, { key, version }: ObjectInfo, archive: string): Promise<void> {
  if ((await lake.head(key))?.version !== version) return;
  const { sha256: cid } = await hashObject(lake, key);
  if ((await keep(lake, { cid }, key, archive)) === undefined) return;
  const after = await lake.head(key);
  if (after !== undefined && (await holds(lake, key, cid))) await lake.deleteIfMatch(key, after.version);
}

const holds = async (lake: Lake, key: string, cid: string): Promise<boolean> =>
  (await hashObject(lake, key)).sha256 === cid;

/**
 * Where the verified copy is. Somebody may have mended or moved what stood at the entry's place.
 * @param content of the bytes with this hash, if it is known: what shares them need not be read again
 */
async function keep(
  lake: Lake,
  { cid, content }: { readonly cid: string; readonly content?: string | undefined },
  from: string,
  archive: string,
): Promise<string | undefined> {
  let found = '';
  for (const place of [archive, archiveAside(archive, cid)]) {
    await lake.copyIfAbsent(from, place);
    if (content !== undefined && (await lake.head(place))?.content === content) return place;
    found = (await hashObject(lake, place)).sha256;
    if (found === cid) return place;
    // Else a newer delivery would take every place in which this one could be kept, should it come again.
    if (!(await holds(lake, from, cid))) return undefined;
  }
  throw new ArchiveMismatchError(archive, cid, found);
}

async function writeReasons(
  lake: Lake,
  entry: Extract<LogEntry, { kind: 'rejected' }>,
  archive: string,
): Promise<void> {
  await lake.putIfAbsent(rejectionReasonsKey(archive), reasonsOf(entry));
}

/** What stands beside an archived file that was rejected. */
export function reasonsOf(entry: Extract<LogEntry, { kind: 'rejected' }>): Buffer {
  const { filename, dataset, cid, at, error } = entry;
  const reasons = { filename, dataset, hash: cid, rejected_on: at, ...error };
  return Buffer.from(`${JSON.stringify(reasons, null, 2)}\n`);
}
