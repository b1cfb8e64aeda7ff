import { asError } from '../errors.ts';
import type { SourceFile, Turn } from '../stages/context.ts';
import type { Limits } from '../stages/limits.ts';
import { textBytes } from '../stages/validate/text-bytes.ts';
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
 * is claimed and received: the engine and this thread work side by side. Of small files, and of users and songs,
 * several are in work, because three do not keep two cores busy. A file that an earlier runner has tried in vain is
 * taken by itself: should it end this process too, no other file is to blame.
 * @param onJudged called when the engine is done with the rows of the last one, and the others are done with
 * @throws TablesUnavailableError: the others would wait for the tables as long, each
 */
export async function acceptAll(
  context: RunContext,
  files: readonly SourceFile[],
  progress: Progress,
  onJudged: () => void,
): Promise<Accepted> {
  const { signal } = context;
  const outcomes: (DecidedFile | Error | undefined)[] = [];
  let unavailable: TablesUnavailableError | undefined;

  async function accept(source: SourceFile, index: number, place: Place): Promise<void> {
    try {
      outcomes[index] = await acceptSource({ ...context, turn: place }, source, progress, place.claimed);
    } catch (error) {
      if (error instanceof TablesUnavailableError) unavailable ??= error;
      else outcomes[index] = asError(error);
    } finally {
      place.leave();
    }
  }

  let places: readonly Place[] = [];
  for (const [index, source] of files.entries()) {
    if (signal.aborted || unavailable !== undefined) break;
    const place = new Place(places, isTakenBeside(source, context.limits));
    places = [...places.slice(1 - SMALL_IN_WORK), place];
    void accept(source, index, place);
    await place.mayBeFollowed;
  }
  const [other, last] = [places.at(-2), places.at(-1)];
  await Promise.all([other?.isLeft, last?.isJudged]);
  onJudged();
  await last?.isLeft;
  if (unavailable !== undefined) throw unavailable;
  return {
    taken: outcomes.filter(
      (outcome): outcome is DecidedFile => !(outcome instanceof Error || outcome === undefined),
    ),
    failures: outcomes.filter((outcome) => outcome instanceof Error),
  };
}

/** Two of these have room in the engine's memory, and neither keeps two cores busy by itself. */
const CATALOGUE_BYTES = 64 * 1024 * 1024;

/** Whether others may be in work beside it: a small file, or one of users or songs that is not huge. */
const isTakenBeside = (source: SourceFile, { smallFileBytes }: Limits): boolean =>
  textBytes(source) <= (source.dataset === 'streams' ? smallFileBytes : CATALOGUE_BYTES);

/** Files that are in work at once beside such ones, and of those the engine has. */
const SMALL_IN_WORK = 8;
const SMALL_JUDGED = 2;

/**
 * A file's place in the queue. Of large files at most three are in work: one received, one judged, one
 * committed. What is kept of a place is kept of all before it, too.
 */
class Place implements Turn {
  /** Kept when it is the first of those in work. */
  readonly isFirst: Promise<unknown>;
  readonly isJudged: Promise<unknown>;
  readonly isCommitted: Promise<unknown>;
  /** Kept when it is done with. */
  readonly isLeft: Promise<unknown>;
  /** Kept when the next file may be claimed. */
  readonly mayBeFollowed: Promise<unknown>;
  readonly isSmall: boolean;
  readonly #mayJudge: Promise<unknown>;
  readonly #mayCommit: Promise<unknown>;
  readonly #claimed = new Gate();
  readonly #judging = new Gate();
  readonly #judged = new Gate();
  readonly #committed = new Gate();
  readonly #left = new Gate();
  #alone = false;

  /** @param earlier the places before it, as many as can still be in work */
  constructor(earlier: readonly Place[], isSmall: boolean) {
    const before = earlier.at(-1);
    this.isSmall = isSmall;
    this.isFirst = Promise.resolve(before?.isLeft);
    this.#mayJudge =
      isSmall && before?.isSmall === true
        ? Promise.resolve(earlier.at(-SMALL_JUDGED)?.isJudged)
        : Promise.all([before?.isJudged, before?.isFirst]);
    this.#mayCommit = Promise.resolve(before?.isCommitted);
    this.mayBeFollowed = isSmall
      ? Promise.all([this.#claimed.passed, earlier.at(1 - SMALL_IN_WORK)?.isLeft])
      : this.#judging.passed;
    this.isJudged = Promise.all([before?.isJudged, this.#judged.passed]);
    this.isCommitted = Promise.all([before?.isCommitted, this.#committed.passed]);
    this.isLeft = Promise.all([before?.isLeft, this.#left.passed]);
  }

  readonly claimed = (triedBefore: boolean): void => {
    this.#alone = triedBefore;
    if (!triedBefore) this.#claimed.open();
  };

  readonly toJudge = async (): Promise<void> => {
    await (this.#alone ? this.isFirst : this.#mayJudge);
    if (!this.#alone) this.#judging.open();
  };

  readonly judged = this.#judged.open;

  readonly toCommit = async (): Promise<void> => {
    await this.#mayCommit;
  };

  readonly committed = this.#committed.open;

  readonly leave = (): void => {
    const gates = [this.#claimed, this.#judging, this.#judged, this.#committed, this.#left];
    for (const gate of gates) gate.open();
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
