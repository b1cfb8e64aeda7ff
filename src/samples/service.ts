import { GENRES } from './genres.ts';
import { Random } from './random.ts';

/** How a made-up service is scaled. Everything else follows from the seed. */
export interface ServiceScale {
  readonly seed: number;
  readonly users: number;
  /** Tracks that the first catalogue lists. */
  readonly tracks: number;
  /** First day of plays, `YYYY-MM-DD`. */
  readonly start: string;
  /** How many of 1,000 plays are of tracks that the first catalogue does not list. */
  readonly unknownPerMille: number;
}

export interface Service extends ServiceScale {
  readonly genres: readonly [string, ...string[]];
  /** Tracks that people play already but only a later catalogue lists; they come after `tracks`. */
  readonly upcoming: number;
  /** ASCII, `TRACK_ID_LENGTH` bytes for each track, the upcoming ones too. */
  readonly trackIds: Uint8Array;
}

export const TRACK_ID_LENGTH = 22;

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function makeTrackIds(seed: number, count: number): Uint8Array {
  const random = new Random('track ids', seed);
  const ids = new Uint8Array(count * TRACK_ID_LENGTH);
  for (let at = 0; at < ids.length; at++) {
    // 128 bits in base 62 never begin with more than 7.
    ids[at] = BASE62.charCodeAt(random.below(at % TRACK_ID_LENGTH === 0 ? 8 : 62));
  }
  return ids;
}

/** The id of the n-th track, counted from 0. */
export function trackId(service: Service, track: number): string {
  const at = track * TRACK_ID_LENGTH;
  return Buffer.from(service.trackIds.subarray(at, at + TRACK_ID_LENGTH)).toString('latin1');
}

export function createService(scale: ServiceScale): Service {
  const upcoming = Math.max(3, Math.floor(scale.tracks / 100));
  const genreCount = Math.min(GENRES.length, Math.max(24, Math.floor(scale.tracks / 40)));
  const [first, ...rest] = GENRES;
  return {
    ...scale,
    upcoming,
    genres: [first, ...rest.slice(0, genreCount - 1)],
    trackIds: makeTrackIds(scale.seed, scale.tracks + upcoming),
  };
}
