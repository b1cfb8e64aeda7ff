import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type LogEntry, LOG_FORMAT, logEntrySchema } from '../../lake/entry.ts';
import type { Lake } from '../../lake/lake.ts';
import { parseJson, sealOf } from '../../lake/seal.ts';
import { LakeState } from '../../lake/state.ts';
import { LOG, LOG_ENTRY, logKey } from '../../lake/zones.ts';
import type { Findings } from './findings.ts';

const RESTORE = 'Restore it from a backup of the lake: an entry cannot be made again.';

/**
 * The log read from its first entry, without the checkpoint. Reading goes on behind what is broken, so that
 * one look names everything; but what counts is known only while the log is sound.
 */
export class LogUnderTest {
  /** The fold of the entries; complete only while the log is sound. */
  readonly state = new LakeState();
  /** Entries that are what was written, as far as they themselves tell. */
  readonly readable: LogEntry[] = [];
  /** Hash of each entry's bytes, from the first on. */
  readonly hashes: string[] = [];
  sound = true;
  readonly #lake: Lake;
  readonly #findings: Findings;
  #last: { readonly sealed: boolean; readonly altered: boolean } = { sealed: false, altered: false };
  #anySealed = false;

  constructor(lake: Lake, findings: Findings) {
    this.#lake = lake;
    this.#findings = findings;
  }

  get identity(): string {
    return this.hashes[0] ?? '';
  }

  /** Number of the newest entry that was read, or should have been. */
  get head(): number {
    return this.hashes.length;
  }

  /** Reads what came since. */
  async catchUp(): Promise<void> {
    for (;;) {
      const body = await this.#lake.get(logKey(this.head + 1));
      if (body === undefined) return;
      this.#take(this.head + 1, body);
    }
  }

  /** Reads everything, also behind entries that are lost, and says what is wrong with the log. */
  async readAll(): Promise<void> {
    await this.catchUp();
    const numbers = new Set<number>();
    for await (const { key } of this.#lake.list(LOG)) {
      if (LOG_ENTRY.test(key)) numbers.add(Number(key.slice(LOG.length, -'.json'.length)));
    }
    // Others may have committed while the folder was listed.
    await this.catchUp();
    const newest = [...numbers].reduce((max, n) => Math.max(max, n), 0);
    while (this.head < newest) {
      const n = this.head + 1;
      if (!numbers.has(n)) this.lost(n);
      else this.#take(n, (await this.#lake.get(logKey(n))) ?? new Uint8Array());
    }
    if (this.#anySealed && !this.#last.sealed && !this.#last.altered) {
      this.#findings.note('log_entry_unsealed', logKey(this.head), {
        message: 'the newest entry has no seal, though earlier ones have: an older hitparade wrote it.',
        remedy: '',
      });
    }
  }

  /** Says that an entry is lost that must have been there. */
  lost(n: number): void {
    this.#unsound('log_entry_missing', n, 'the entry is missing, though later ones were written.');
    if (n === this.head + 1) this.hashes.push('');
    this.#last = { sealed: true, altered: true };
  }

  #take(n: number, body: Uint8Array): void {
    const hash = createHash('sha256').update(body).digest('hex');
    const seal = sealOf(body);
    const json = parseJson(body);
    const entry = logEntrySchema.safeParse(json);
    const before = this.#last;
    const previous = this.hashes.at(-1) ?? '';
    this.hashes.push(hash);
    this.#anySealed ||= seal === 'sound';
    this.#last = { sealed: seal === 'sound', altered: true };

    const format = z.object({ format: z.number() }).safeParse(json);
    if (format.success && format.data.format !== LOG_FORMAT && seal !== 'broken') {
      const message = `the entry has format ${format.data.format}, and this version knows ${LOG_FORMAT} only.`;
      this.#unsound(
        'log_format_unknown',
        n,
        message,
        'Verify with the hitparade that wrote it, or a newer one.',
      );
    } else if (seal === 'broken' || !entry.success || hasUnknownFields(json, entry.data)) {
      this.#unsound('log_entry_corrupt', n, 'the entry is not what was written.');
    } else if (entry.data.n !== n) {
      this.#unsound('log_entry_corrupt', n, `the entry says that it is number ${entry.data.n}.`);
    } else if (entry.data.previous !== previous && !before.altered) {
      // Without a seal only the next entry tells: it holds the hash of what the one before it was.
      const guilty = before.sealed || n === 1 ? n : n - 1;
      const message = `entries ${n - 1} and ${n} do not follow each other: one of them was altered or replaced.`;
      this.#unsound('log_chain_broken', guilty, message);
    } else {
      this.#last = { sealed: seal === 'sound', altered: false };
      this.readable.push(entry.data);
      if (this.sound) this.state.apply(entry.data);
    }
  }

  #unsound(kind: string, n: number, message: string, remedy = RESTORE): void {
    this.sound = false;
    this.#findings.problem(kind, logKey(n), { message, remedy });
  }
}

/** A field that no version writes: for example the name of the seal with a flipped byte. */
export function hasUnknownFields(json: unknown, known: object): boolean {
  const fields = typeof json === 'object' && json !== null ? Object.keys(json) : [];
  return fields.some((field) => field !== 'seal' && !(field in known));
}
