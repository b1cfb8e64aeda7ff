import { field, thousandths } from './csv-text.ts';
import { popularityRanks } from './popularity.ts';
import { Random } from './random.ts';
import type { Service } from './service.ts';
import { trackId } from './service.ts';
import { albumName, artists, trackTitle } from './track-names.ts';

const SHORTEST_MS = 90_000;
const LONGEST_MS = 480_000;

/** The public catalogue's shape: a nameless running number first, the genre last. */
const HEADER =
  ',track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,' +
  'mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre';

const share = (random: Random): string => thousandths(random.below(1000));

/** From 0 to 100, falling by about six for every doubling of the rank. */
const popularity = (random: Random, rank: number): number =>
  Math.max(0, 100 - 6 * (31 - Math.clz32(rank + 1)) - random.below(6));

/** All columns between the running number and the genre. */
function facts(random: Random, id: string, rank: number): string {
  const title = trackTitle(random);
  return [
    id,
    field(artists(random)),
    field(albumName(random, title)),
    field(title),
    popularity(random, rank),
    SHORTEST_MS + random.below(LONGEST_MS - SHORTEST_MS + 1),
    random.perMille(90) ? 'True' : 'False',
    share(random),
    share(random),
    random.below(12),
    `-${thousandths(random.below(30_000) + 1)}`,
    random.below(2),
    share(random),
    share(random),
    share(random),
    share(random),
    share(random),
    thousandths(60_000 + random.below(140_000)),
    random.perMille(900) ? 4 : 3,
  ].join(',');
}

/** One genre, or two for about a quarter of the tracks; mainstream genres more often than others. */
function genresOf(service: Service, random: Random): string[] {
  const { genres } = service;
  const first = Math.min(random.below(genres.length), random.below(genres.length));
  if (!random.perMille(250)) return [genres[first] ?? genres[0]];
  const second = (first + 1 + random.below(genres.length - 1)) % genres.length;
  return [genres[first] ?? genres[0], genres[second] ?? genres[0]];
}

/** One track in 64 stands in the catalogue twice under the same genre, as in the public one. */
const repeated = (track: number): boolean => track % 64 === 3;

/** songs.csv, header first. The later catalogue (`withUpcoming`) is the first one and the upcoming tracks. */
export function* songRows(service: Service, withUpcoming: boolean): Generator<string> {
  const tracks = service.tracks + (withUpcoming ? service.upcoming : 0);
  const random = new Random('songs', service.seed);
  const ranks = popularityRanks(service);
  let number = 0;
  yield HEADER;
  for (let track = 0; track < tracks; track++) {
    const text = facts(random, trackId(service, track), ranks[track] ?? track - service.tracks);
    const genres = genresOf(service, random);
    for (const genre of repeated(track) ? [...genres, ...genres.slice(0, 1)] : genres) {
      yield `${number},${text},${genre}`;
      number++;
    }
  }
}
