/** What a failure means for the person or script that ran the command. */
export type FailureKind =
  /** a bug, or something nobody expected: exit code 1 */
  | 'unexpected'
  /** wrong usage or configuration: exit code 2 */
  | 'usage'
  /** throttled, unreachable, held elsewhere: exit code 75, run again */
  | 'temporary';

export interface FailureDetails {
  /** What to do next, as a sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The base of every error that hitparade throws on purpose. Its message says what came and what is
 * allowed; `hint` says what to do next.
 */
export abstract class HitparadeError extends Error {
  abstract readonly kind: FailureKind;
  readonly hint: string | undefined;

  constructor(message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
  }
}

/** Wrong arguments or configuration. */
export class UsageError extends HitparadeError {
  readonly kind = 'usage';
}

/** An invariant of the program does not hold: stop before a wrong number is written. */
export class InvariantError extends HitparadeError {
  readonly kind = 'unexpected';
}

/** A limit that a file exceeds. Another value may let the file in, so a rejection remembers both. */
export interface ExceededLimit {
  /** As in the library's `limits`, for example `maxRecords`. */
  readonly name: string;
  readonly value: number;
}

/**
 * A source file as a whole cannot be taken. It is set aside with this reason; the other files go on.
 */
export class FileRejectedError extends HitparadeError {
  readonly kind = 'usage';
  /** For scripts, for example `missing_column`. */
  readonly code: string;
  /** Present if the file is refused only because of a limit. */
  readonly limit: ExceededLimit | undefined;

  constructor(
    code: string,
    message: string,
    details: FailureDetails & { readonly limit?: ExceededLimit } = {},
  ) {
    super(message, details);
    this.code = code;
    this.limit = details.limit;
  }
}

/** What was thrown, as an error. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));
