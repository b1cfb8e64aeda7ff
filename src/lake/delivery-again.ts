import type { LogEntry } from './entry.ts';
import { rawKey } from './zones.ts';

/**
 * What a person does to have the objects of an entry made again, as a sentence with commands for the lake's
 * folder. The file keeps its time, so that it is judged as it was.
 */
export function deliveryAgain({ dataset, filename, archive }: LogEntry): string {
  const raw = rawKey(dataset, filename);
  if (archive === null) {
    return `Make sure that ${raw} is there, and \`hitparade run\` takes it again.`;
  }
  return `Drop the file again: \`cp -p ${inShell(archive)} ${inShell(raw)}\`, then \`hitparade run\`.`;
}

/** As a word of a POSIX shell. */
export const inShell = (text: string): string =>
  /^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
