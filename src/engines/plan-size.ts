import { statSync } from 'node:fs';
import type { PlanInput } from './engine.ts';

/** Whether the files that a plan reads have so many bytes. What is not there is told by the statement that reads it. */
export function readsAtLeast(inputs: Readonly<Record<string, PlanInput>>, least: number): boolean {
  let bytes = 0;
  for (const input of Object.values(inputs)) {
    for (const path of pathsOf(input)) {
      if (bytes >= least) return true;
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    }
  }
  return bytes >= least;
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
