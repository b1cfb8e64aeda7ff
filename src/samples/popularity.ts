import { AliasTable } from './alias-table.ts';
import { Random } from './random.ts';
import type { Service } from './service.ts';

/** Zipf's law: the n-th most popular of many is played about 1/n as often as the first. */
const zipf = (rank: number): number => Math.floor(0x40_0000 / (rank + 3));

/** A track is on its way up for two weeks and on its way down for two. */
const CYCLE_DAYS = 28;

/** Each track's place among all that the first catalogue lists, 0 for the most played over time. */
export function popularityRanks({ seed, tracks }: Service): Uint32Array {
  const random = new Random('ranks', seed);
  const ranks = Uint32Array.from({ length: tracks }, (_, rank) => rank);
  for (let last = tracks - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const kept = ranks[last] ?? 0;
    ranks[last] = ranks[other] ?? 0;
    ranks[other] = kept;
  }
  return ranks;
}

/**
 * How often each track is played on the n-th day, as whole weights, the upcoming tracks last. Ranks are
 * fixed; what moves the charts is each track's own cycle and a little noise of the day.
 */
export function playWeights(service: Service, day: number): Float64Array {
  const { seed, tracks, upcoming, unknownPerMille } = service;
  const ranks = popularityRanks(service);
  const cycles = new Random('cycles', seed);
  const noise = new Random('noise', seed, day);
  const weights = new Float64Array(tracks + upcoming);
  let known = 0;
  for (let track = 0; track < tracks; track++) {
    const phase = (cycles.below(CYCLE_DAYS) + day) % CYCLE_DAYS;
    const height = 2 + Math.abs(phase - CYCLE_DAYS / 2);
    const weight = zipf(ranks[track] ?? 0) * height * (28 + noise.below(9));
    weights[track] = weight;
    known += weight;
  }
  const unknown = Math.floor((known * unknownPerMille) / (1000 - unknownPerMille));
  let shares = 0;
  for (let rank = 0; rank < upcoming; rank++) shares += zipf(rank);
  for (let rank = 0; rank < upcoming; rank++) {
    weights[tracks + rank] = Math.floor(unknown * (zipf(rank) / shares));
  }
  return weights;
}

/** Draws tracks as people play them on the n-th day, counted from 0. */
export const trackSampler = (service: Service, day: number): AliasTable =>
  new AliasTable(playWeights(service, day));
