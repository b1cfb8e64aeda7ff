/** Kills in one CI run. */
const FLOOR = 200;
/** What the runner sets: `npm run test:kill -- 400 --seed 7`. */
export const BUDGET = wholeNumber('HITPARADE_BUDGET', FLOOR);
export const SEED = wholeNumber('HITPARADE_SEED', 1);

/** As many of something as at the floor, times what the budget is to its own floor. */
export const scaled = (atFloor: number): number => Math.max(1, Math.round((atFloor * BUDGET) / FLOOR));

function wholeNumber(variable: string, otherwise: number): number {
  const text = process.env[variable] ?? '';
  if (text === '') return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${variable} is '${text}', not a whole number`);
  return Number(text);
}

/** Numbers in [0, 1) that the seed and the purpose decide (mulberry32). */
export function randomOf(purpose: string, seed: number = SEED): () => number {
  let state = seed;
  for (const character of purpose) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in an order that the random numbers decide. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
