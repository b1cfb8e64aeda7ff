import { asError } from '../errors.ts';
import type { SourceFile, Turn } from '../stages/context.ts';
import { TablesUnavailableError } from '../tables/errors.ts';
import { acceptSource, type DecidedFile } from './accept-stage.ts';
import type { Progress } from './progress.ts';
import type { RunContext } from './session.ts';

export interface Accepted {
  readonly taken: readonly DecidedFile[];
  /** Of single files, which did not keep the others from being counted. */
  readonly failures: readonly Error[];
}

/**
 * Takes files into the log, in their order. While one is judged, the one before is committed and the next one
 * is claimed and received: the engine and this thread work side by side. A file that an earlier runner has
 * tried in vain is taken by itself: should it end this process too, no other file is to blame.
 * @throws TablesUnavailableError: the others would wait for the tables as long, each
 */
export async function acceptAll(
  context: RunContext,
  files: readonly SourceFile[],
  progress: Progress,
): Promise<Accepted> {
  const { signal } = context;
  const outcomes: (DecidedFile | Error | undefined)[] = [];
  let unavailable: TablesUnavailableError | undefined;

  async function accept(source: SourceFile, index: number, place: Place): Promise<void> {
    try {
      outcomes[index] = await acceptSource({ ...context, turn: place }, source, progress, place.beAlone);
    } catch (error) {
      if (error instanceof TablesUnavailableError) unavailable ??= error;
      else outcomes[index] = asError(error);
    } finally {
      place.leave();
    }
  }

  let last: Place | undefined;
  for (const [index, source] of files.entries()) {
    if (signal.aborted || unavailable !== undefined) break;
    last = new Place(last);
    void accept(source, index, last);
    await last.mayBeFollowed;
  }
  await last?.isLeft;
  if (unavailable !== undefined) throw unavailable;
  return {
    taken: outcomes.filter(
      (outcome): outcome is DecidedFile => !(outcome instanceof Error || outcome === undefined),
    ),
    failures: outcomes.filter((outcome) => outcome instanceof Error),
  };
}

/** A file's place in the queue: at most three are in work, one received, one judged, one committed. */
class Place implements Turn {
  readonly #followed = new Gate();
  readonly #judged = new Gate();
  readonly #left = new Gate();
  /** Kept when the next file may be received. */
  readonly mayBeFollowed = this.#followed.passed;
  readonly isJudged = this.#judged.passed;
  /** Kept when all before this file are done with. */
  readonly isFirst: Promise<unknown>;
  /** Kept when this file is, too. */
  readonly isLeft: Promise<unknown>;
  readonly #mayJudge: Promise<unknown>;
  #alone = false;

  constructor(before: Place | undefined) {
    this.#mayJudge = Promise.all([before?.isJudged, before?.isFirst]);
    this.isFirst = Promise.resolve(before?.isLeft);
    this.isLeft = Promise.all([this.isFirst, this.#left.passed]);
  }

  readonly beAlone = (): void => {
    this.#alone = true;
  };

  readonly toJudge = async (): Promise<void> => {
    await (this.#alone ? this.isFirst : this.#mayJudge);
    if (!this.#alone) this.#followed.open();
  };

  readonly judged = this.#judged.open;

  readonly toCommit = async (): Promise<void> => {
    await this.isFirst;
  };

  readonly leave = (): void => {
    for (const gate of [this.#judged, this.#left, this.#followed]) gate.open();
  };
}

class Gate {
  readonly passed: Promise<void>;
  open: () => void = () => undefined;

  constructor() {
    this.passed = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}
