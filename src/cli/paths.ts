import { relative } from 'node:path';

/** A path as a person in `cwd` would type it: short if it is below, absolute if it is elsewhere. */
export function shownPath(cwd: string, path: string): string {
  const near = relative(cwd, path);
  if (near === '') return '.';
  return near.startsWith('..') ? path : near;
}

/** As a POSIX shell takes it back. */
export function quoted(argument: string): string {
  return /^[\w./:@%+=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
