import { split } from './split.ts';

/** How much is played in each hour (UTC): little at night, most in the evening. */
const HOURS = [10, 6, 4, 3, 3, 5, 12, 24, 33, 32, 31, 33, 37, 36, 36, 39, 44, 52, 61, 68, 71, 62, 44, 24];

const SLOTS = 4096;
const SECONDS_PER_QUARTER = 900;

/** Quarter hours in proportion to how much is played in them, changing evenly from hour to hour. */
function quarterOfSlot(): Uint8Array {
  const weights = HOURS.flatMap((weight, hour) => {
    const next = HOURS[(hour + 1) % HOURS.length] ?? weight;
    return [0, 1, 2, 3].map((quarter) => weight * (4 - quarter) + next * quarter);
  });
  return Uint8Array.from(
    split(SLOTS, weights).flatMap((slots, quarter) => Array<number>(slots).fill(quarter)),
  );
}

const QUARTERS = quarterOfSlot();

/** A second of the day from 32 random bits. */
export function secondOfDay(bits: number): number {
  const second = Math.floor(((bits & 0xf_ffff) * SECONDS_PER_QUARTER) / 0x10_0000);
  return (QUARTERS[bits >>> 20] ?? 0) * SECONDS_PER_QUARTER + second;
}
