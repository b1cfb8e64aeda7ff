import { statSync } from 'node:fs';
import type { PlanInput } from './engine.ts';

/** Bytes of all the files that a plan reads. What is not there is told by the statement that reads it. */
export function bytesOf(inputs: Readonly<Record<string, PlanInput>>): number {
  let bytes = 0;
  for (const input of Object.values(inputs))
    for (const path of pathsOf(input)) bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

function pathsOf(input: PlanInput): readonly string[] {
  switch (input.format) {
    case 'parquet':
      return input.paths;
    case 'csv':
      return input.segments.map(({ path }) => path);
    case 'json':
      return [input.path];
  }
}
