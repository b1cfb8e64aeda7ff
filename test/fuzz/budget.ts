/** What `npm run test:fuzz` hands over; the floors of a CI run follow from a budget of a million. */
const budget = Number(process.env['HITPARADE_BUDGET'] ?? 1_000_000);
export const SEED = Number(process.env['HITPARADE_SEED'] ?? 1);

const share = (floor: number): number => Math.ceil((budget * floor) / 1_000_000);

export const SMALL_INPUTS = share(1_000_000);
export const PLAY_FILES = share(1_500);
export const LARGE_FILES = share(200);
/** Larger than 64 MiB: too slow for a small budget, as a seeded mistake gets it. */
export const HUGE_FILES = Math.floor(budget / 100_000);

/** Prints what a suite tried. */
export function tell(what: string, tally: object): void {
  process.stdout.write(`\n${what}, seed ${SEED}: ${JSON.stringify(tally, undefined, 1)}\n`);
}
