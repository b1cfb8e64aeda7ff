import { type Outcome, simulate } from './simulate.ts';

/** Steps of a failing seed that are printed. */
const LAST_STEPS = 60;
/** Failing seeds, after which it is clear enough that something is wrong. */
const ENOUGH = 3;

export interface Tally {
  seeds: number;
  steps: number;
  runs: number;
  readonly counts: Map<string, number>;
  readonly failed: Outcome[];
}

export async function simulateMany(first: number, count: number): Promise<Tally> {
  const tally: Tally = { seeds: 0, steps: 0, runs: 0, counts: new Map(), failed: [] };
  for (let seed = first; seed < first + count && tally.failed.length < ENOUGH; seed++) {
    const outcome = await simulate(seed);
    tally.seeds += 1;
    tally.steps += outcome.steps;
    tally.runs += outcome.runs;
    for (const [what, times] of outcome.faults) tally.counts.set(what, (tally.counts.get(what) ?? 0) + times);
    if (outcome.failure !== undefined) tally.failed.push(outcome);
  }
  return tally;
}

export function summaryOf({ seeds, steps, runs, counts }: Tally): string {
  const list = [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, times]) => `${what} ${times}`);
  return `simulation: ${seeds} seeds, ${steps} steps, ${runs} runs; ${list.join(', ')}`;
}

export function reportOf({ seed, steps, failure }: Outcome): string {
  if (failure === undefined) return `seed ${seed} passed`;
  const { message, trace } = failure;
  return [
    `seed ${seed} failed at step ${steps}: ${message}`,
    `Again with: npm run test:sim -- 1 --seed ${seed}. Its last steps:`,
    ...trace.slice(-LAST_STEPS),
  ].join('\n');
}
