import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { PROGRAM } from '../../cli-e2e/support/paths.ts';
import { type Ended, Running } from '../../cli-e2e/support/program.ts';

/** Every call that changes what a later run finds on the disk, and those that carry requests to the tables. */
const CALLS = [
  'fdatasync',
  'fsync',
  'link',
  'linkat',
  'mkdir',
  'mkdirat',
  'pwrite64',
  'rename',
  'renameat',
  'renameat2',
  'rmdir',
  'unlink',
  'unlinkat',
  'write',
  'writev',
] as const;

export interface Call {
  readonly thread: string;
  readonly name: string;
  /** Which of its kind in its thread, from 1 on: what strace counts. */
  readonly nth: number;
  /** Paths, and targets of descriptors. */
  readonly about: string;
}

/** @throws if strace is not there, or may not trace: these suites are not skipped */
export async function requireStrace(): Promise<void> {
  try {
    await promisify(execFile)('strace', ['-f', '-qq', '-e', 'trace=none', 'true']);
  } catch (cause) {
    throw new Error(
      'strace cannot be used here, and without it no process can be killed at a system call. ' +
        'Install it (apt-get install strace) and allow ptrace (in a container: --cap-add SYS_PTRACE).',
      { cause },
    );
  }
}

/** Runs the program under strace, which does to it what `inject` says, and writes down its calls. */
export async function traced(
  args: readonly string[],
  { cwd, trace, inject }: { readonly cwd: string; readonly trace: string; readonly inject?: string },
): Promise<Ended & { readonly calls: readonly Call[] }> {
  const injected = inject === undefined ? [] : ['-e', `inject=${inject}`];
  const options = ['-f', '-y', '-qq', '-o', trace, '-e', `trace=${CALLS.join(',')}`, ...injected];
  const command = ['-E', 'UV_THREADPOOL_SIZE=1', process.execPath, PROGRAM, ...args];
  const ended = await new Running('strace', [...options, ...command], { cwd }).ended();
  return { ...ended, calls: callsOf(await readFile(trace, 'utf8')) };
}

function callsOf(trace: string): readonly Call[] {
  const counts = new Map<string, number>();
  return trace.split('\n').flatMap((line) => {
    const [, thread = '', name = '', rest = ''] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (name === '') return [];
    const nth = (counts.get(`${thread} ${name}`) ?? 0) + 1;
    counts.set(`${thread} ${name}`, nth);
    // Of a descriptor its target, of a path the text; not the bytes that are written.
    const target = /^\d+<([^>]*)>/.exec(rest)?.[1];
    const about = target ?? [...rest.matchAll(/"([^"]*)"/g)].map(([, path = '']) => path).join(' -> ');
    return [{ thread, name, nth, about }];
  });
}
