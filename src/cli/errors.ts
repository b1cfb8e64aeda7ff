import { HitparadeError, UsageError } from '../errors.ts';

/** No lake was named anywhere. */
export class NoLakeError extends UsageError {
  constructor(program: string) {
    super('no lake given: neither --lake, nor HITPARADE_LAKE, nor a config file says where the files are', {
      hint: `run \`${program} init\`, or pass --lake <dir>`,
    });
  }
}

/** A value that is not among those allowed, wherever it came from. */
export class InvalidSettingError extends UsageError {
  constructor(source: string, value: unknown, allowed: string) {
    super(`${source} is ${show(value)}; allowed: ${allowed}`);
  }
}

/** Planned, and named in the documentation, but not in this version. */
export class NotAvailableYetError extends UsageError {}

/** No space is left, or the quota is used up. */
export class DiskFullError extends HitparadeError {
  readonly kind = 'temporary';

  constructor(action: string, code: string, cause: unknown) {
    super(`cannot ${action}: no space is left (${code})`, {
      hint: 'free some space, then run again',
      cause,
    });
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}
