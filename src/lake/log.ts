import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Checkpoint, StoredCheckpoint } from './checkpoint.ts';
import { type LogEntry, type LogEntryBody, LOG_FORMAT, logEntrySchema } from './entry.ts';
import { CheckpointStuckError, LogCorruptError, LogFormatError } from './errors.ts';
import type { Lake } from './lake.ts';
import { parseJson, sealed, sealOf } from './seal.ts';
import { LakeState } from './state.ts';
import { CHECKPOINT, LOG, LOG_ENTRY, logKey } from './zones.ts';

/** Others write the checkpoint once a run: whoever loses so often does not lose to them. */
const MOST_ROUNDS = 20;

/**
 * The commit log: the only truth of the lake. An entry is one put-if-absent of `_log/<n>.json` that
 * carries the hash of the entry before it. The checkpoint is a cache of the fold and can be deleted.
 */
export class CommitLog {
  readonly state = new LakeState();
  readonly #lake: Lake;
  readonly #checkpoint: StoredCheckpoint;
  #last: Promise<unknown> = Promise.resolve();
  #head = '';
  #identity = '';
  /** Entries that the checkpoint knows of. */
  #seen = 0;
  #checkpointed = 0;
  /** Entries up to this number were found complete by an earlier run. */
  settled = 0;

  /** Tells this lake from every other: the hash of its first entry; empty while there is none. */
  get identity(): string {
    return this.#identity;
  }

  private constructor(lake: Lake) {
    this.#lake = lake;
    this.#checkpoint = new StoredCheckpoint(lake);
  }

  static async open(lake: Lake): Promise<CommitLog> {
    const log = new CommitLog(lake);
    await log.#loadCheckpoint();
    await log.catchUp();
    await log.#assertComplete();
    return log;
  }

  /** Reads the entries that came since. @throws LogCorruptError, LogFormatError */
  catchUp(): Promise<void> {
    return this.#alone(() => this.#catchUp());
  }

  /** One call at a time: two that find the same entry would both append it. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // Its own caller hears of a failure; the next one only waits for the end.
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const body = await this.#lake.get(logKey(this.state.head + 1));
      if (body === undefined) return;
      this.#append(this.#parse(this.state.head + 1, body), body);
    }
  }

  /**
   * The first number without an entry is the end of the log, unless something stands behind it or the
   * checkpoint has seen more: then entries are lost, and a number must not be given twice.
   */
  async #assertComplete(): Promise<void> {
    const keys: string[] = [];
    for await (const key of this.#lake.keys(LOG)) if (LOG_ENTRY.test(key)) keys.push(key);
    // Others may have committed since: what they wrote follows what was read.
    await this.catchUp();
    const lost = keys.findIndex((key, index) => key !== logKey(index + 1));
    const first = lost >= 0 ? lost + 1 : keys.length + 1;
    if (lost < 0 && keys.length >= this.#seen) return;
    // A listing beside a commit may show the later of two new entries alone.
    if ((await this.#lake.head(logKey(first))) !== undefined) return;
    throw new LogCorruptError(`log entry ${logKey(first)} is missing, and later ones were written.`, {
      hint: 'Restore the missing objects below _log/ from a backup: they are the record of what was accepted.',
    });
  }

  /**
   * Commits an entry at the next free number. Somebody else's entry there is read first, and `decide`
   * is asked again, because the world has changed: it may return undefined to commit nothing.
   */
  commit(decide: (state: LakeState) => LogEntryBody | undefined): Promise<LogEntry | undefined> {
    return this.#alone(() => this.#commit(decide));
  }

  async #commit(decide: (state: LakeState) => LogEntryBody | undefined): Promise<LogEntry | undefined> {
    for (;;) {
      await this.#catchUp();
      const body = decide(this.state);
      if (body === undefined) return undefined;
      const n = this.state.head + 1;
      const entry: LogEntry = { format: LOG_FORMAT, n, previous: this.#head, ...body };
      const bytes = sealed(JSON.stringify(entry));
      await this.#assertStillThere();
      const created = await this.#lake.putIfAbsent(logKey(n), bytes);
      if (created) {
        this.#append(entry, bytes);
        return entry;
      }
      // An answer can be lost after the object was stored: what stands there may be ours.
      const there = await this.#lake.get(logKey(n));
      if (there === undefined) continue;
      const found = this.#parse(n, there);
      this.#append(found, there);
      if (found.attempt === entry.attempt) return found;
    }
  }

  /** A lake that was unmounted or emptied under us must not get a log that begins in the middle. */
  async #assertStillThere(): Promise<void> {
    const { head } = this.state;
    if (head === 0 || (await this.#lake.head(logKey(head))) !== undefined) return;
    throw new LogCorruptError(`log entry ${logKey(head)} was there a moment ago, and is gone.`, {
      hint: 'See whether the disk of the lake is mounted. If entries were deleted, restore them from a backup.',
    });
  }

  /**
   * Stores the fold if it has grown, or if `settled` rose. If another runner has stored one meanwhile, that one
   * stays, this time and every time after: it may have had a reason to settle less.
   */
  async checkpoint(settled: number): Promise<void> {
    if (settled < this.settled) return this.unsettle(settled);
    const grown = this.state.head - this.#checkpointed;
    if (grown > 0 || settled > this.settled) await this.#store(settled);
  }

  /**
   * Takes back that entries above this number are settled, whoever says so: a run that has not looked at the
   * checkpoint yet looks at those entries, and one that has cannot write over it.
   * @throws CheckpointStuckError
   */
  async unsettle(above: number): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const stored = await this.#storedCheckpoint();
      await this.catchUp();
      // Nobody has settled anything.
      if (this.state.head === 0) return;
      if (await this.#store(Math.min(above, stored?.settled ?? 0))) return;
    }
    throw new CheckpointStuckError(CHECKPOINT);
  }

  async #store(settled: number): Promise<boolean> {
    const { head: n, entries } = this.state;
    const fold: Checkpoint = { format: LOG_FORMAT, head: this.#head, settled, entries: [...entries] };
    if (!(await this.#checkpoint.replace(fold))) return false;
    this.#checkpointed = n;
    this.settled = settled;
    return true;
  }

  async #loadCheckpoint(): Promise<void> {
    const checkpoint = await this.#storedCheckpoint();
    if (checkpoint === undefined) return;
    const { entries, head, settled } = checkpoint;
    for (const entry of entries) this.state.apply(entry);
    this.#head = head;
    // The second entry names the hash of the first.
    this.#identity = entries[1]?.previous ?? head;
    this.#checkpointed = entries.length;
    this.settled = settled;
  }

  /** undefined if it says nothing of this log, and the log itself must be read. */
  async #storedCheckpoint(): Promise<Checkpoint | undefined> {
    const checkpoint = await this.#checkpoint.read();
    if (checkpoint === undefined) return undefined;
    this.#seen = checkpoint.entries.length;
    const last = await this.#lake.get(logKey(this.#seen));
    return last !== undefined && sha256(last) === checkpoint.head ? checkpoint : undefined;
  }

  #append(entry: LogEntry, bytes: Uint8Array): void {
    this.state.apply(entry);
    this.#head = sha256(bytes);
    if (entry.n === 1) this.#identity = this.#head;
  }

  #parse(n: number, body: Uint8Array): LogEntry {
    const json = parseJson(body);
    const format = z.object({ format: z.number() }).safeParse(json);
    if (format.success && format.data.format !== LOG_FORMAT) {
      throw new LogFormatError(
        `log entry ${logKey(n)} has format ${format.data.format}, and this version knows ${LOG_FORMAT} only.`,
        { hint: 'A newer hitparade has written to this lake: upgrade this one.' },
      );
    }
    const entry = logEntrySchema.safeParse(json);
    if (!entry.success) {
      throw new LogCorruptError(`log entry ${logKey(n)} cannot be read: ${z.prettifyError(entry.error)}`, {
        hint: 'Restore this object from a backup: it is the record of what was accepted.',
      });
    }
    if (sealOf(body) === 'broken') {
      throw new LogCorruptError(`log entry ${logKey(n)} was altered: its seal is broken.`, {
        hint: 'Restore this object from a backup: it is the record of what was accepted.',
      });
    }
    if (entry.data.n !== n || entry.data.previous !== this.#head) {
      throw new LogCorruptError(
        `log entry ${logKey(n)} does not follow the entry before it: the chain is broken.`,
        {
          hint: 'An entry was altered or replaced. Restore the objects below _log/ from a backup.',
        },
      );
    }
    return entry.data;
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
