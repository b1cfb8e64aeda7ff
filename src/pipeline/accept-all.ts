import { asError } from '../errors.ts';
import type { SourceFile } from '../stages/context.ts';
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
 * Takes files into the log, in their order. While one is judged, the next one is claimed and received: the
 * engine and this thread work side by side. A file that an earlier runner has tried in vain is taken by
 * itself: should it end this process too, no other file is to blame.
 * @throws TablesUnavailableError: the others would wait for the tables as long, each
 */
export async function acceptAll(
  context: RunContext,
  files: readonly SourceFile[],
  progress: Progress,
): Promise<Accepted> {
  const { signal } = context;
  const outcomes: (DecidedFile | Error | undefined)[] = [];
  let before: Promise<unknown> = Promise.resolve();
  let unavailable: TablesUnavailableError | undefined;

  async function accept(source: SourceFile, index: number, turn: Turn): Promise<void> {
    try {
      outcomes[index] = await acceptSource({ ...context, turn: turn.come }, source, progress, turn.isAlone);
    } catch (error) {
      if (error instanceof TablesUnavailableError) unavailable ??= error;
      else outcomes[index] = asError(error);
    }
  }

  for (const [index, source] of files.entries()) {
    if (signal.aborted || unavailable !== undefined) break;
    const turn = new Turn(before);
    const ended = accept(source, index, turn);
    before = Promise.all([before, ended]);
    await Promise.race([turn.begun, ended]);
  }
  await before;
  if (unavailable !== undefined) throw unavailable;
  return {
    taken: outcomes.filter(
      (outcome): outcome is DecidedFile => !(outcome instanceof Error || outcome === undefined),
    ),
    failures: outcomes.filter((outcome) => outcome instanceof Error),
  };
}

/** When a file may be judged, and whether the next one may be received meanwhile. */
class Turn {
  /** Kept when this file is being judged and may have company. */
  readonly begun: Promise<void>;
  readonly #before: Promise<unknown>;
  #begin: () => void = () => undefined;
  #alone = false;

  constructor(before: Promise<unknown>) {
    this.#before = before;
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  readonly isAlone = (): void => {
    this.#alone = true;
  };

  readonly come = async (): Promise<void> => {
    await this.#before;
    if (!this.#alone) this.#begin();
  };
}
