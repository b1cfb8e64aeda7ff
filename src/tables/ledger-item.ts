import type { Item, ItemValue } from './definition.ts';

type LedgerStatus = 'processing' | 'success' | 'failed' | 'duplicate';

/** What is known about a file; a projection of its log entry. Names here only ever grow. */
interface LedgerFacts {
  readonly dataset?: string;
  /** ISO time. */
  readonly processed_on?: string | null;
  readonly rows?: number;
  readonly valid?: number;
  readonly bad?: number;
  readonly duplicates?: number;
  readonly unknown_track?: number;
  readonly unknown_user?: number;
  readonly dates?: readonly string[];
  /** Bad rows by reason code. */
  readonly reasons?: Readonly<Record<string, number>>;
  readonly blanked?: Readonly<Record<string, number>>;
  readonly ignored_columns?: readonly string[];
  readonly suspect_truncated?: boolean;
  /** SHA-256 of the bytes as received, lower-case hex. */
  readonly hash?: string | null;
  readonly bytes?: number;
  readonly error?: string | null;
  readonly log_number?: number | null;
  /** Where the source file is now, as a key of the lake. */
  readonly location?: string | null;
}

/** Facts with the decision about the file. */
export interface LedgerOutcome extends LedgerFacts {
  readonly status: Exclude<LedgerStatus, 'processing'>;
}

/** One item of the ledger. */
export interface LedgerItem extends LedgerFacts {
  readonly filename: string;
  readonly status: LedgerStatus;
  /** Fencing number: every claim raises it, and later writes must carry it. */
  readonly epoch: number;
  /** Claims since the file was last finished; 1 for the first. */
  readonly attempts: number;
  /** Who works on the file, while somebody does. */
  readonly owner?: string;
  /** ISO time; past it, or without it, anyone may claim the file. */
  readonly lease_until?: string;
  /** Unique to one claim: tells a lost answer from a lost race. */
  readonly claim_id?: string;
  /** Version of the source that was claimed: attempts are of this one. */
  readonly claim_of?: string;
}

/** Attributes that belong to the claim, not to the facts. */
const CLAIM_ATTRIBUTES = new Set([
  'filename',
  'epoch',
  'attempts',
  'owner',
  'lease_until',
  'claim_id',
  'claim_of',
]);

/** Reads an item that only this program writes; a missing status means that nobody ever finished it. */
export function toLedgerItem(item: Item): LedgerItem {
  const { filename, status, epoch, attempts } = item;
  return {
    ...(item as LedgerFacts),
    filename: typeof filename === 'string' ? filename : '',
    status: isStatus(status) ? status : 'processing',
    epoch: Number(epoch ?? 0),
    attempts: Number(attempts ?? 0),
  };
}

/** The facts and status alone, as they are stored; what is undefined is left out. */
export function outcomeAttributes(source: LedgerOutcome | LedgerItem): Item {
  const all: Record<string, ItemValue | undefined> = { ...source };
  const facts: Record<string, ItemValue> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined && !CLAIM_ATTRIBUTES.has(name)) facts[name] = value;
  }
  return facts;
}

function isStatus(value: ItemValue | undefined): value is LedgerStatus {
  return value === 'processing' || value === 'success' || value === 'failed' || value === 'duplicate';
}
