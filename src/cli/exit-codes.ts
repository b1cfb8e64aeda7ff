import { HitparadeError } from '../errors.ts';

/** What a script may rely on; documented in the README. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  /** Done, but at least one file was rejected. */
  rejected: 3,
  /** `verify` or `doctor` found something wrong. */
  wrong: 4,
  temporary: 75,
  /** `stage` only: nothing to do, skip the rest. */
  nothingToDo: 99,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOfError(error: unknown): ExitCode {
  return error instanceof HitparadeError ? EXIT[error.kind] : EXIT.unexpected;
}

/** The reason with which `main.ts` aborts: the name of the signal that arrived. */
export function exitCodeOfSignal(reason: unknown): ExitCode {
  return reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
}
