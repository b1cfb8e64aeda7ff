import type { Dataset } from '../../contracts/contract.ts';
import { contracts } from '../../contracts/index.ts';
import type { AcceptedEntry, LogEntry } from '../../lake/entry.ts';
import type { LakeState } from '../../lake/state.ts';
import type { Limits } from '../limits.ts';
import type { OnSameName } from '../on-same-name.ts';

/** Code of a rejection by the policy for a second delivery under one name. */
export const SAME_NAME = 'same_name';

/** What a delivery means, given what the log holds. */
export type Classification =
  /** These bytes were decided already under this very name: nothing changes. */
  | { readonly kind: 'taken'; readonly by: LogEntry }
  /** These bytes count already under another name. */
  | { readonly kind: 'duplicate'; readonly owner: number; readonly supersedes: readonly number[] }
  /** The name was delivered with other bytes, and the policy is to refuse that. */
  | { readonly kind: 'refused'; readonly because: LogEntry; readonly supersedes: readonly [] }
  | { readonly kind: 'new'; readonly supersedes: readonly number[] };

/**
 * @param lost numbers of entries whose objects are gone: the same bytes are taken again, to have them made
 */
export function classify(
  state: LakeState,
  file: {
    readonly dataset: Dataset;
    readonly filename: string;
    readonly cid: string;
    readonly asOf: string;
    readonly sidecarHash?: string;
  },
  { onSameName, limits }: { readonly onSameName: OnSameName; readonly limits: Limits },
  lost: ReadonlySet<number>,
): Classification {
  const last = state.latest(file.dataset, file.filename);
  if (
    last?.kind === 'rejected' &&
    last.cid === file.cid &&
    last.asOf === file.asOf &&
    last.sidecarHash === file.sidecarHash &&
    !byRuleOfThatTime(last, limits)
  ) {
    // Rejected, but not moved away yet. A file that is dropped again has another time and is judged again.
    return { kind: 'taken', by: last };
  }
  const deliveries = state.activeDeliveries(file.dataset, file.filename);
  const numbers = deliveries.map(({ n }) => n);
  const newest = deliveries.at(-1);
  if (file.dataset !== 'streams') {
    // A catalogue file is a version of itself: going back to older bytes is a new version, too, and so is
    // the same file under a newer contract.
    const known = newest?.kind === 'accepted' && newest.ruleVersion === contracts[file.dataset].ruleVersion;
    if (known && newest.cid === file.cid && !lost.has(newest.n)) return { kind: 'taken', by: newest };
    return { kind: 'new', supersedes: numbers };
  }
  const same = deliveries.find(({ cid }) => cid === file.cid);
  if (same !== undefined) {
    // No second delivery, whatever the policy: the new entry stands for the same bytes.
    const isLost = lost.has(state.owner(same)?.n ?? 0);
    return isLost ? { kind: 'new', supersedes: [same.n] } : { kind: 'taken', by: same };
  }
  if (newest !== undefined && onSameName === 'reject')
    return { kind: 'refused', because: newest, supersedes: [] };
  const supersedes = onSameName === 'replace' ? numbers : [];
  const twin = state
    .activeContents('streams', file.cid)
    .find((entry) => !lost.has(entry.n) && saysTheSame(entry, file.asOf));
  if (twin !== undefined) return { kind: 'duplicate', owner: twin.n, supersedes };
  return { kind: 'new', supersedes };
}

/** The policy may be another by now, and the limit may have been raised. */
export function byRuleOfThatTime(
  { error }: Extract<LogEntry, { kind: 'rejected' }>,
  limits: Limits,
): boolean {
  if (error.code === SAME_NAME) return true;
  if (error.limit === undefined) return false;
  const { name, value } = error.limit;
  return new Map(Object.entries({ ...limits })).get(name) !== value;
}

/** A second delivery within this time is the same delivery, sent twice. */
const SAME_DELIVERY_MS = 60 * 60 * 1000;

/**
 * Whether the same bytes would be judged as this entry judged them. Plays that were in the future then may
 * be past for a much later delivery: that one is judged itself, so that the order of the two means nothing.
 */
function saysTheSame({ asOf, reasons }: AcceptedEntry, later: string): boolean {
  if (Date.parse(later) - Date.parse(asOf) <= SAME_DELIVERY_MS) return true;
  return !Object.keys(reasons).some((reason) => reason.endsWith('_in_future'));
}
