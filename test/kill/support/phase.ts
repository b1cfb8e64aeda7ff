import type { Call } from './strace.ts';

/** Where in its work the program was, read from the last file that it touched. The first match counts. */
const PHASES: readonly (readonly [name: string, path: RegExp])[] = [
  ['tables', /\.hitparade\/dynamodb/],
  ['publish lock', /publish\.lock/],
  ['runs', /_log\/runs/],
  ['checkpoint', /_log\/checkpoint/],
  ['commit', /\/_log(\/|$)/],
  ['trash', /\.hitparade\/trash/],
  ['archive', /\/archive(\/|$)/],
  ['make visible', /\/(validated|bad-records)(\/|$)/],
  ['swap', /\.hitparade\/swaps/],
  ['publish', /\/processed(\/|$)/],
  ['staging', /\/_staging(\/|$)/],
  ['temporary file', /\.hitparade\/tmp/],
  ['request', /socket:/],
];

export function phaseOf({ about }: Call): string {
  return PHASES.find(([, path]) => path.test(about))?.[0] ?? 'between';
}

/** True for what a later run could find: not for signals between threads and what people read. */
export const leavesATrace = (call: Call): boolean => phaseOf(call) !== 'between';
