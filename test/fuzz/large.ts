import { largeInput } from './large-inputs.ts';
import type { TwoEngines } from './two-engines.ts';

export interface LargeTally {
  inputs: number;
  compressed: number;
  unpackedBytes: number;
  largestBytes: number;
  quotedBreaks: number;
  rows: number;
  readonly rejected: Record<string, number>;
  readonly reasons: Record<string, number>;
}

/**
 * Takes large play files around every limit through the whole validation, with one thread and with four,
 * and compares the verdict with what each was made to have.
 * @throws Error that names seed and input
 */
export async function checkLarge(
  engines: TwoEngines,
  seed: number,
  numbers: Iterable<number>,
  huge: boolean,
): Promise<LargeTally> {
  const tally: LargeTally = {
    ...{ inputs: 0, compressed: 0, unpackedBytes: 0, largestBytes: 0, quotedBreaks: 0, rows: 0 },
    rejected: {},
    reasons: {},
  };
  for (const n of numbers) {
    const input = largeInput(seed, n, huge);
    const name = `seed ${seed}, ${huge ? 'huge' : 'large'} file ${n}`;
    const { rejected, validated } = await engines.verdict(input).catch((cause: unknown) => {
      throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    });
    const reasons =
      validated === undefined ? undefined : Object.fromEntries(Object.entries(validated.reasons).sort());
    const found = JSON.stringify({ rejected, rows: validated?.counts.rows, reasons });
    const { expected } = input;
    const known = expected.rejected === undefined ? expected : { rejected: expected.rejected };
    if (found !== JSON.stringify(known))
      throw new Error(`${name}: found ${found}, expected ${JSON.stringify(known)}`);
    tally.inputs++;
    if (input.compressed === true) tally.compressed++;
    tally.unpackedBytes += input.unpackedBytes;
    tally.largestBytes = Math.max(tally.largestBytes, input.unpackedBytes);
    tally.quotedBreaks += input.quotedBreaks;
    tally.rows += expected.rows;
    if (rejected !== undefined) tally.rejected[rejected] = (tally.rejected[rejected] ?? 0) + 1;
    for (const [reason, rows] of Object.entries(expected.reasons))
      tally.reasons[reason] = (tally.reasons[reason] ?? 0) + rows;
  }
  return tally;
}
