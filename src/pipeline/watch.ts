import { asError, HitparadeError } from '../errors.ts';
import type { Lake } from '../lake/lake.ts';
import type { CommitLog } from '../lake/log.ts';
import type { Ports, SourceFile } from '../stages/context.ts';
import { LEFT_ALONE, type Pending } from '../stages/wait-for-stream/pending-files.ts';
import { type Look, selection, Settling } from '../stages/wait-for-stream/settling.ts';
import { LakeGoneError } from './errors.ts';
import type { Observer } from './events.ts';
import type { WatchReport } from './reports.ts';
import type { PassResult } from './run.ts';
import { SeenLog } from './watch-log.ts';
import { isTemporary, Troubles } from './watch-troubles.ts';

/** What watching needs of a lake that is open. */
export interface Watched {
  readonly ports: Ports;
  readonly observe: Observer;
  lake(): Promise<Lake>;
  /** Whether the place of the lake exists; an empty one does. */
  isThere(): Promise<boolean>;
  /** Read anew. */
  log(): Promise<CommitLog>;
  pass(log: CommitLog, pending: Pending): Promise<PassResult>;
  /** Closes what passes opened; the next one opens it again. */
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly settleSeconds: number;
  /** Between two looks at what is left: failed files, claims that ran out, dates that are behind. */
  readonly reconcileSeconds: number;
  readonly signal: AbortSignal;
}

const LONGEST_POLL_MS = 1_000;
const SHORTEST_POLL_MS = 50;
/** Of looking at a large folder, in times of what a look takes: so it never costs more than a tenth. */
const LOOKS_REST = 10;
/** After a pass: a trickle of files is taken in batches, not one by one. */
const LONGEST_REST_MS = 10_000;
/** More wait for the next pass, so that the first ones are soon published. */
const MOST_FILES_PER_PASS = 250;

/** Takes files through all stages as soon as they have settled, until the signal is aborted. */
export async function watch(watched: Watched, options: WatchOptions): Promise<WatchReport> {
  return new Watch(watched, options).run();
}

class Watch {
  readonly #watched: Watched;
  readonly #options: WatchOptions;
  readonly #settling: Settling;
  readonly #seen = new SeenLog();
  readonly #troubles = new Troubles();
  #totals = { passes: 0, files: 0, rejected: 0, dates: 0 };
  #nextReconcileMs = -Infinity;
  /** Failures of single files that people have heard of. */
  #told: ReadonlySet<string> = new Set();

  /** Keys of files that a reconciliation is to offer again, beyond what one pass takes. */
  #again = new Set<string>();

  constructor(watched: Watched, options: WatchOptions) {
    this.#watched = watched;
    this.#options = options;
    this.#settling = new Settling(options.settleSeconds * 1000);
  }

  async run(): Promise<WatchReport> {
    const { ports } = this.#watched;
    const { signal } = this.#options;
    const began = ports.elapsedMs();
    while (!signal.aborted) {
      try {
        const restMs = await this.#round();
        if (restMs > 0) await ports.sleep(restMs, signal);
      } catch (error) {
        // Stopped: what the pass had not done is left, and whoever stopped us says so.
        if (isAborted(signal)) break;
        await this.#sitOut(error);
      }
    }
    return { ...this.#totals, seconds: (ports.elapsedMs() - began) / 1000 };
  }

  /** One look, and a pass if there is something for it. Returns how long to rest. */
  async #round(): Promise<number> {
    const { ports } = this.#watched;
    const lake = await this.#watched.lake();
    await this.#assertThere(lake);
    const beganMs = ports.elapsedMs();
    const look = await this.#settling.look(lake, beganMs);
    this.#tell(look);
    const due = beganMs >= this.#nextReconcileMs;
    if (due) this.#again = new Set(look.known.map(({ object }) => object.key));
    const candidates = [...look.fresh, ...look.known.filter(({ object }) => this.#again.has(object.key))];
    const lookMs = ports.elapsedMs() - beganMs;
    if (candidates.length === 0 && !due) return this.#pollMs(lookMs);

    const files = candidates.slice(0, MOST_FILES_PER_PASS);
    if (due) await lake.tidy();
    await this.#pass(lake, files);
    for (const { object } of files) this.#again.delete(object.key);
    const endMs = ports.elapsedMs();
    if (due) this.#nextReconcileMs = endMs + this.#options.reconcileSeconds * 1000;
    if (files.length < candidates.length) return 0;
    const passMs = files.length === 0 ? 0 : endMs - beganMs;
    return Math.max(this.#pollMs(lookMs), Math.min(passMs, LONGEST_REST_MS));
  }

  async #pass(lake: Lake, files: readonly SourceFile[]): Promise<void> {
    const log = await this.#watched.log();
    this.#seen.assertContinues(log, lake);
    this.#seen.remember(log);
    const { report, failures } = await this.#watched.pass(log, selection(files));
    this.#seen.remember(log);
    const taken = [...report.catalogue, ...report.files];
    this.#totals = {
      passes: this.#totals.passes + 1,
      files: this.#totals.files + taken.length,
      rejected: this.#totals.rejected + taken.filter(({ status }) => status === 'failed').length,
      dates: this.#totals.dates + report.dates.length,
    };
    const temporary = failures.find(isTemporary);
    if (temporary !== undefined) throw temporary;
    this.#settling.offered(files);
    this.#tellFailures(failures);
    if (this.#troubles.over()) this.#notice('going on');
  }

  async #assertThere(lake: Lake): Promise<void> {
    if (!(await this.#watched.isThere())) throw new LakeGoneError(lake.url);
    await this.#seen.assertThere(lake);
  }

  /** @throws the error itself if it will not go away */
  async #sitOut(thrown: unknown): Promise<void> {
    const { signal } = this.#options;
    const error = await this.#explained(thrown);
    // A wrong configuration is told at once. Later on, what a person changes may be changed back.
    if (this.#totals.passes === 0 && error instanceof HitparadeError && error.kind === 'usage') throw error;
    const { waitMs, isNew } = this.#troubles.take(error);
    if (isNew) this.#notice(`${sentence(error)} Trying again, at most a minute apart.`);
    try {
      await this.#watched.close();
    } catch (closing) {
      // It is closed all the same, and what it failed to write is derived from the log.
      if (isNew) this.#notice(`while closing: ${sentence(asError(closing))}`);
    }
    try {
      await this.#watched.ports.sleep(waitMs, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Whatever fails in a lake that is gone fails because it is gone. */
  async #explained(thrown: unknown): Promise<Error> {
    try {
      await this.#assertThere(await this.#watched.lake());
    } catch (error) {
      if (error instanceof LakeGoneError) return error;
    }
    return asError(thrown);
  }

  #pollMs(lookMs: number): number {
    const settleMs = this.#options.settleSeconds * 1000;
    const base = Math.min(Math.max(settleMs / 4, SHORTEST_POLL_MS), LONGEST_POLL_MS);
    return Math.max(base, LOOKS_REST * lookMs);
  }

  #tell({ strangers, short }: Look): void {
    const { observe } = this.#watched;
    for (const key of strangers) {
      observe({ type: 'notice', subject: key, message: LEFT_ALONE });
    }
    for (const { dataset, filename } of short) {
      const message = 'shorter than its sidecar says: waiting for the rest of it';
      observe({ type: 'notice', dataset, subject: filename, message });
    }
  }

  #tellFailures(failures: readonly Error[]): void {
    if (failures.length === 0) return;
    const sentences = new Set(failures.map(sentence));
    for (const text of sentences) if (!this.#told.has(text)) this.#notice(text);
    this.#told = sentences;
  }

  #notice(message: string): void {
    this.#watched.observe({ type: 'notice', subject: 'watch', message });
  }
}

/** Asked anew: the compiler takes a signal for one that never changes. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

function sentence(error: Error): string {
  const hint = error instanceof HitparadeError ? error.hint : undefined;
  return hint === undefined ? error.message : `${error.message} ${hint}`;
}
