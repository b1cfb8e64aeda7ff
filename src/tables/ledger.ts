import { LEDGER_TABLE } from './definition.ts';
import { TablesUnavailableError } from './errors.ts';
import { fingerprint, fromAttributes, toAttributes } from './item.ts';
import { outcomeAttributes, toLedgerItem, type LedgerItem, type LedgerOutcome } from './ledger-item.ts';
import { LedgerStore } from './ledger-store.ts';
import { scanTable } from './scan.ts';
import type { Tables } from './tables.ts';

export interface ClaimOptions {
  /** Names the runner; unique to one process. */
  readonly owner: string;
  readonly leaseSeconds: number;
  /** Of the source, as the lake tells it: the attempts of another version are not held against it. */
  readonly version: string;
  readonly now: Date;
  /** `false` only if that owner is known to be dead: its lease need not be waited for. */
  readonly isOwnerAlive: (owner: string) => boolean;
  /** Nobody has decided about the file yet, so it hardly has an item: it is not read before the first try. */
  readonly isNew?: boolean;
  /**
   * Asked before a file is claimed that nobody works on: whether nothing is left to decide. To claim it all the
   * same would put a finished item into question, and a runner that dies then would leave it there.
   */
  readonly isDecided?: () => Promise<boolean>;
}

export type Claim =
  | { readonly claimed: true; readonly epoch: number; readonly attempts: number }
  | { readonly claimed: false; readonly heldBy: string; readonly leaseUntil: string }
  /** Nobody holds it, and nobody needs to. */
  | { readonly claimed: false; readonly heldBy: undefined };

/** A claim of this runner. */
export interface FinishedClaim {
  readonly epoch: number;
  /** As the item counts them; undefined if that has to be read. */
  readonly attempts?: number | undefined;
}

export interface ProjectOptions {
  readonly now: Date;
  /** The epoch of the log entry, so that a rebuilt item never falls behind a claim of before. */
  readonly epoch?: number;
}

export type { LedgerItem, LedgerOutcome } from './ledger-item.ts';

/** Lost races in a row before a claim gives up; each means that another runner moved the item. */
const CLAIM_ROUNDS = 10;

/** The table `ProcessedStreams`: who works on which file, and what became of each. */
export class Ledger {
  readonly #tables: Tables;
  readonly #store: LedgerStore;
  readonly #uniqueId: () => string;

  /** @param uniqueId names each claim, so that an answer that was lost is told from a race that was lost */
  constructor(tables: Tables, uniqueId: () => string) {
    this.#tables = tables;
    this.#uniqueId = uniqueId;
    this.#store = new LedgerStore(tables);
  }

  /** Read consistently. */
  get(filename: string): Promise<LedgerItem | undefined> {
    return this.#store.get(filename);
  }

  /** By filename. */
  async list(): Promise<LedgerItem[]> {
    const items = (await scanTable(this.#tables, LEDGER_TABLE)).map((item) =>
      toLedgerItem(fromAttributes(item)),
    );
    return items.sort((a, b) => (a.filename < b.filename ? -1 : 1));
  }

  /**
   * Takes a file that nobody holds. One conditional write on exactly the state that was read:
   * - absent: the first claim
   * - not `processing`, its lease has run out or was released, or its owner is dead: taken over
   * - the condition fails: read again; our own claim id means that only the answer was lost
   * - new: taken for absent at first, which the condition makes sure of
   *
   * @throws TablesUnavailableError
   */
  async claim(filename: string, options: ClaimOptions): Promise<Claim> {
    const { owner, leaseSeconds, now, isOwnerAlive, isDecided, isNew, version } = options;
    const claimId = this.#uniqueId();
    const leaseUntil = new Date(now.getTime() + leaseSeconds * 1000).toISOString();
    for (let round = 0; round < CLAIM_ROUNDS; round++) {
      const assumed = round === 0 && isNew === true;
      const seen = assumed ? undefined : await this.#store.get(filename);
      if (seen?.claim_id === claimId) return { claimed: true, epoch: seen.epoch, attempts: seen.attempts };
      const holder = seen === undefined ? undefined : liveHolder(seen, now);
      if (holder !== undefined && isOwnerAlive(holder.heldBy)) return { claimed: false, ...holder };
      // After the item was read: whoever finishes the file from here on makes our condition fail.
      if (seen?.status !== 'processing' && (await isDecided?.()) === true) {
        if (assumed) continue;
        return { claimed: false, heldBy: undefined };
      }
      const epoch = (seen?.epoch ?? 0) + 1;
      const again = seen?.status === 'processing' && (seen.claim_of ?? version) === version;
      const attempts = again ? seen.attempts + 1 : 1;
      const changes = {
        status: 'processing',
        epoch,
        attempts,
        owner,
        lease_until: leaseUntil,
        claim_id: claimId,
        claim_of: version,
      };
      if (await this.#store.updateIfUnchanged(filename, seen, changes))
        return { claimed: true, epoch, attempts };
    }
    throw new TablesUnavailableError(
      `The ledger item of ${filename} changed ${String(CLAIM_ROUNDS)} times while it was being claimed.`,
      'throttled',
      { hint: 'Other runners are working on the same file. Run again.' },
    );
  }

  /** Extends the lease. `false` if the claim is lost: stop working on the file. */
  heartbeat(filename: string, epoch: number, leaseUntil: Date): Promise<boolean> {
    return this.#store.updateIfMine(filename, epoch, 'SET lease_until = :lease', {
      ':lease': leaseUntil.toISOString(),
    });
  }

  /**
   * Ends the lease at once, so that anyone may claim the file. A blameless one (a stop, a temporary failure, a
   * source that changed) also takes the attempt back that the claim had counted. `false` if the claim was lost
   * before.
   */
  async release(
    filename: string,
    epoch: number,
    { blameless }: { readonly blameless: boolean },
  ): Promise<boolean> {
    const end = 'REMOVE #owner, lease_until';
    if (!blameless) return this.#store.updateIfMine(filename, epoch, end, {});
    const seen = await this.#store.get(filename);
    if (seen?.epoch !== epoch || seen.status !== 'processing') return false;
    // A repeat whose first try was made must not take back another attempt.
    if (seen.owner === undefined) return true;
    return this.#store.updateIfMine(filename, epoch, `SET attempts = :attempts ${end}`, {
      ':attempts': Math.max(0, seen.attempts - 1),
    });
  }

  /**
   * Ends a claim of something that the ledger keeps no account of: its item goes. `false` if the claim was
   * lost before. The next claim begins at epoch 1 again, so such a claim saves work but fences nothing.
   */
  async forget(filename: string, epoch: number): Promise<boolean> {
    if (await this.#store.deleteIfMine(filename, epoch)) return true;
    // A repeat whose first try was made finds nothing.
    return (await this.#store.get(filename)) === undefined;
  }

  /** The same for a claim that nobody holds any more, because its owner died before it could forget it. */
  async forgetUnheld(
    filename: string,
    { now, isOwnerAlive }: Pick<ClaimOptions, 'now' | 'isOwnerAlive'>,
  ): Promise<void> {
    const seen = await this.#store.get(filename);
    if (seen === undefined) return;
    const holder = liveHolder(seen, now);
    if (holder === undefined || !isOwnerAlive(holder.heldBy))
      await this.#store.deleteIfMine(filename, seen.epoch);
  }

  /**
   * Replaces what is known about the file and ends the claim. `false` if the claim was lost: whoever
   * holds it now finishes the file; or if the ledger has the outcome of a later log entry already.
   */
  async finish(
    filename: string,
    { epoch, attempts }: FinishedClaim,
    outcome: LedgerOutcome,
  ): Promise<boolean> {
    // Nearly always nothing has happened to the claim: then the item need not be read.
    if (attempts !== undefined && typeof outcome.log_number === 'number') {
      const item = { ...outcomeAttributes(outcome), filename, epoch, attempts };
      if (await this.#store.replaceIfMine(epoch, item)) return true;
    }
    const seen = await this.#store.get(filename);
    if (seen?.epoch !== epoch) return false;
    if (seen.status === 'processing') {
      const item = {
        ...outcomeAttributes(numbered(outcome, seen)),
        filename,
        epoch,
        attempts: seen.attempts,
      };
      // The epoch alone is not enough: a repeat whose first try was applied must not write twice.
      if (await this.#store.replaceIfMine(epoch, item)) return true;
      const after = await this.#store.get(filename);
      return after?.epoch === epoch && says(after, outcome);
    }
    return says(seen, outcome);
  }

  /**
   * Makes the item say what the log says, unless somebody holds the file or the item says what a later entry
   * says. Returns whether it wrote: repeated, it does not.
   */
  async project(
    filename: string,
    outcome: LedgerOutcome,
    { now, epoch = 0 }: ProjectOptions,
  ): Promise<boolean> {
    const seen = await this.#store.get(filename);
    if (seen !== undefined && liveHolder(seen, now) !== undefined) return false;
    const wanted = numbered(outcome, seen);
    if (seen !== undefined && sameFacts(seen, wanted) && seen.epoch >= epoch) return false;
    const item = {
      ...outcomeAttributes(wanted),
      filename,
      epoch: Math.max(epoch, seen?.epoch ?? 0),
      attempts: seen?.attempts ?? 0,
    };
    return this.#store.replaceIfUnchanged(seen, item);
  }
}

/** Another may have ended a claim that had run out, with the outcome of an earlier delivery of the name. */
function says(item: LedgerItem, outcome: LedgerOutcome): boolean {
  const { log_number: said } = numbered(outcome, item);
  return item.status === outcome.status && (item.log_number ?? null) === (said ?? null);
}

/** An outcome that comes from no log entry keeps the number of the last one that was known. */
function numbered(outcome: LedgerOutcome, seen: LedgerItem | undefined): LedgerOutcome {
  const known = seen?.log_number ?? undefined;
  return known === undefined ? outcome : { ...outcome, log_number: outcome.log_number ?? known };
}

/** Who holds the file now, whether that owner still lives or not. */
function liveHolder(item: LedgerItem, now: Date): { heldBy: string; leaseUntil: string } | undefined {
  const { status, owner, lease_until: leaseUntil } = item;
  if (status !== 'processing' || owner === undefined || leaseUntil === undefined) return undefined;
  // ISO times of one form compare as text.
  return leaseUntil > now.toISOString() ? { heldBy: owner, leaseUntil } : undefined;
}

function sameFacts(item: LedgerItem, outcome: LedgerOutcome): boolean {
  const [held, wanted] = [outcomeAttributes(item), outcomeAttributes(outcome)]
    .map(toAttributes)
    .map(fingerprint);
  return held === wanted;
}
