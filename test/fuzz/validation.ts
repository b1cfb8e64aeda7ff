import { judgeFile } from '../reference/judge.ts';
import type { TwoEngines } from './two-engines.ts';
import { validationInput } from './validation-inputs.ts';

export interface ValidationTally {
  inputs: number;
  rows: number;
  valid: number;
  bad: number;
  readonly rejected: Record<string, number>;
  readonly reasons: Record<string, number>;
  secondOpinions: number;
}

/**
 * Takes play files `from` to `to` of a seed through the whole validation, with one thread and with four,
 * and compares the verdict with the plain second implementation.
 * @throws Error that names seed and input
 */
export async function checkValidation(
  engines: TwoEngines,
  seed: number,
  from: number,
  to: number,
): Promise<ValidationTally> {
  const tally: ValidationTally = {
    inputs: 0,
    rows: 0,
    valid: 0,
    bad: 0,
    rejected: {},
    reasons: {},
    secondOpinions: 0,
  };
  for (let n = from; n < to; n++) {
    try {
      await checkOne(engines, seed, n, tally);
    } catch (cause) {
      throw new Error(
        `seed ${seed}, play file ${n}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
  return tally;
}

async function checkOne(engines: TwoEngines, seed: number, n: number, tally: ValidationTally): Promise<void> {
  const input = validationInput(seed, n);
  const { rejected, validated } = await engines.verdict(input);
  tally.inputs++;
  if (input.plain) {
    tally.secondOpinions++;
    const judged = judgeFile('streams', input.bytes.toString(), input.modified);
    const expected = {
      rejected: judged.error ?? undefined,
      ...(judged.error === null
        ? { rows: judged.rows, bad: judged.bad, reasons: sorted(judged.reasons) }
        : {}),
    };
    const found = {
      rejected,
      ...(validated === undefined
        ? {}
        : { rows: validated.counts.rows, bad: validated.counts.bad, reasons: sorted(validated.reasons) }),
    };
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      throw new Error(
        `the engines say ${JSON.stringify(found)}, plain code says ${JSON.stringify(expected)}`,
      );
    }
  }
  if (rejected !== undefined) tally.rejected[rejected] = (tally.rejected[rejected] ?? 0) + 1;
  if (validated === undefined) return;
  const { counts, reasons } = validated;
  tally.rows += counts.rows;
  tally.valid += counts.valid;
  tally.bad += counts.bad;
  for (const [reason, rows] of Object.entries(reasons))
    tally.reasons[reason] = (tally.reasons[reason] ?? 0) + rows;
}

const sorted = (reasons: Readonly<Record<string, number>>): unknown => Object.entries(reasons).sort();
