import type { Limits } from '../limits.ts';
import type { PartsByDate } from './whole-dates.ts';

/** Dates that one plan takes together. */
export function batchesOf(
  dates: readonly string[],
  parts: PartsByDate,
  { playsPerTransform, partsPerTransform }: Limits,
): readonly (readonly string[])[] {
  const all: string[][] = [];
  let plays = Number.POSITIVE_INFINITY;
  let files = 0;
  for (const date of dates) {
    const own = parts.get(date) ?? [];
    const ownPlays = own.reduce((sum, { rows }) => sum + rows, 0);
    if (plays + ownPlays > playsPerTransform || files + own.length > partsPerTransform) {
      all.push([]);
      plays = 0;
      files = 0;
    }
    all.at(-1)?.push(date);
    plays += ownPlays;
    files += own.length;
  }
  return all;
}
