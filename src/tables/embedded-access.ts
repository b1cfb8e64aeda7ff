import { mkdir } from 'node:fs/promises';
import { HitparadeError } from '../errors.ts';
import { TablesConfigError, TablesUnavailableError } from './errors.ts';

const FILE_IN_THE_WAY = {
  problem: 'a file stands where a directory must be',
  hint: 'Move that file out of the way.',
};

/** What the system says when it does not let anybody write there, and what a person can do about it. */
const REFUSALS: Readonly<Record<string, { readonly problem: string; readonly hint: string }>> = {
  EROFS: {
    problem: 'the file system is mounted read-only',
    hint: 'Mount it for writing, use a lake elsewhere, or name a DynamoDB with --dynamodb-endpoint.',
  },
  EACCES: {
    problem: 'this user is not permitted to',
    hint: 'Give this user the right to read and write there, or name a DynamoDB with --dynamodb-endpoint.',
  },
  EPERM: {
    problem: 'the directory belongs to another user',
    hint: 'Run as the user who owns the lake, or name a DynamoDB with --dynamodb-endpoint.',
  },
  EEXIST: FILE_IN_THE_WAY,
  ENOTDIR: FILE_IN_THE_WAY,
};
const FULL = ['ENOSPC', 'EDQUOT'];
const BROKEN = 'EIO';

/** LevelDB tells what the system said as a text only. */
const TEXTS = [
  ['Read-only file system', 'EROFS'],
  ['Permission denied', 'EACCES'],
  ['Operation not permitted', 'EPERM'],
  ['Not a directory', 'ENOTDIR'],
  ['No space left on device', 'ENOSPC'],
  ['Disk quota exceeded', 'EDQUOT'],
  ['Input/output error', BROKEN],
] as const;

/** Runs a step on the directory of the embedded tables; what the system refuses is told with a remedy. */
export async function inDirectory<T>(directory: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw named(directory, error);
  }
}

/** With those above it. */
export async function makeDirectory(directory: string, mode: number): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    // So Node calls whatever forbids it, a read-only file system above all; without `recursive` it says why.
    await mkdir(directory, { mode });
  }
}

function named(directory: string, cause: unknown): unknown {
  if (cause instanceof HitparadeError) return cause;
  const code = refusalCode(cause) ?? '';
  const refusal = REFUSALS[code];
  if (refusal !== undefined) {
    const message = `The embedded tables cannot be stored in ${directory}: ${refusal.problem} (${code}).`;
    return new TablesConfigError(message, { hint: refusal.hint, cause });
  }
  if (code === BROKEN) {
    return new TablesUnavailableError(
      `The disk fails to keep the embedded tables in ${directory} (${code}).`,
      'unreachable',
      { hint: 'Check the disk or mount that holds the lake, then run again.', cause },
    );
  }
  if (!FULL.includes(code)) return cause;
  return new TablesUnavailableError(
    `No space is left for the embedded tables in ${directory} (${code}).`,
    'unreachable',
    { hint: 'Free some space, then run again.', cause },
  );
}

/** Of the error itself, or of what caused it: LevelDB wraps what the system says. */
function refusalCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code in REFUSALS || FULL.includes(code) || code === BROKEN) return code;
  if (code === 'LEVEL_IO_ERROR') return TEXTS.find(([text]) => error.message.includes(text))?.[1];
  return refusalCode(error.cause);
}
