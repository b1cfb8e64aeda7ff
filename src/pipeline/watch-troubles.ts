import { asError, HitparadeError } from '../errors.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** So many times in a row the same unexpected error is no accident. */
const MOST_IDENTICAL = 3;

/** Decides which failures of passes are waited out, and for how long. Keeps the last one only. */
export class Troubles {
  #waitMs = 0;
  #last = '';
  #identical = 0;

  /**
   * @returns how long to wait, and whether people have not heard of this yet
   * @throws the error itself if waiting does not help
   */
  take(error: unknown): { readonly waitMs: number; readonly isNew: boolean } {
    const what = nameOf(error);
    const isNew = what !== this.#last;
    this.#identical = isNew ? 1 : this.#identical + 1;
    this.#last = what;
    if (!isTemporary(error) && this.#identical >= MOST_IDENTICAL) throw error;
    this.#waitMs = Math.min(Math.max(2 * this.#waitMs, FIRST_WAIT_MS), LONGEST_WAIT_MS);
    return { waitMs: this.#waitMs, isNew };
  }

  /** A pass went well. Returns whether there was any trouble before it. */
  over(): boolean {
    const were = this.#last !== '';
    this.#waitMs = 0;
    this.#last = '';
    this.#identical = 0;
    return were;
  }
}

/** Throttled, unreachable, held elsewhere, or a full disk, whoever met it. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof HitparadeError && error.kind === 'temporary') return true;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    // The engine and the embedded tables say it in words only.
    if (/ENOSPC|EDQUOT|no space left|disk quota exceeded/i.test(cause.message)) return true;
  }
  return false;
}

/** Errors that tell of the same: ids, numbers and times in the message make no difference. */
function nameOf(error: unknown): string {
  const { name, message } = asError(error);
  return `${name}: ${message.replaceAll(/[0-9a-f]*\d[0-9a-f.:-]*/gi, '#')}`;
}
