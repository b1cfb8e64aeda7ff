import type { LogEntry } from '../lake/entry.ts';
import { ObjectMissingError } from '../lake/errors.ts';
import { hashObject } from '../lake/hash-object.ts';
import { lostEntries } from '../lake/owned-objects.ts';
import type { SourceFile } from '../stages/context.ts';
import { SIDECAR_MISMATCH, SIDECAR_UNREADABLE } from '../stages/sidecar.ts';
import { byRuleOfThatTime, classify } from '../stages/validate/classify.ts';
import type { RunContext } from './session.ts';

/**
 * The entry that has taken what lies there, if nothing is left to decide about it. Its version alone does not
 * tell: another runner that archives it may have given it a new one.
 * @throws ObjectMissingError, ObjectChangedError
 */
export async function takenBefore(context: RunContext, source: SourceFile): Promise<LogEntry | undefined> {
  const { lake, log } = context;
  const { dataset, filename, object } = source;
  await log.catchUp();
  // A claim of what is gone would leave an item behind that nobody finishes.
  if ((await lake.head(object.key)) === undefined) throw new ObjectMissingError(object.key);
  const { state } = log;
  const known = await decided(context, source);
  if (known !== undefined || dataset !== 'streams') return known;
  const candidates = [state.latest(dataset, filename), ...state.activeDeliveries(dataset, filename)];
  if (!candidates.some((entry) => entry?.bytes === object.bytes)) return undefined;
  const { sha256: cid } = await hashObject(lake, object.key);
  const asOf = object.modified.toISOString();
  const lost = await lostEntries(lake, state.activeContents(dataset, cid));
  const answer = classify(state, { dataset, filename, cid, asOf }, context, lost);
  return answer.kind === 'taken' ? answer.by : undefined;
}

const BY_SIDECAR: ReadonlySet<string> = new Set([SIDECAR_MISMATCH, SIDECAR_UNREADABLE]);

/** What the log says of exactly this object: it was taken, and only has to be finished. */
export async function decided(
  { lake, log, limits }: RunContext,
  { dataset, filename, object }: SourceFile,
): Promise<LogEntry | undefined> {
  const entry = log.state.latest(dataset, filename);
  if (entry?.sourceVersion !== object.version) return undefined;
  // It was taken, and what was made of it is gone: it is taken again.
  const owner = log.state.owner(entry);
  if (owner !== undefined && (await lostEntries(lake, [owner])).size > 0) return undefined;
  // Of a catalogue, only what changed comes here; one that was accepted is to be read again.
  if (dataset !== 'streams' && entry.kind === 'accepted') return undefined;
  if (entry.kind !== 'rejected') return entry;
  // The limits, the policy or the sidecar may be others by now.
  return byRuleOfThatTime(entry, limits) || BY_SIDECAR.has(entry.error.code) ? undefined : entry;
}
