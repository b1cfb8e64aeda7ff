/** What `scripts/suite.mjs` asks a suite to try; without it, the floor. */
export const budgetOr = (floor: number): number => Number(process.env['HITPARADE_BUDGET'] ?? floor);
/** Where the suite's numbers begin. */
export const firstSeed = (): number => Number(process.env['HITPARADE_SEED'] ?? 1);
