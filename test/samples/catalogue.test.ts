import { expect, test } from 'vitest';
import { parse } from 'csv-parse/sync';
import { encodeRows } from '../../src/samples/csv-text.ts';
import type { Service } from '../../src/samples/service.ts';
import { createService } from '../../src/samples/service.ts';
import { songRows } from '../../src/samples/song-rows.ts';
import { userRows } from '../../src/samples/user-rows.ts';
import type { Row } from './helpers.ts';
import { countBy } from './helpers.ts';

const service = createService({
  seed: 1,
  users: 5000,
  tracks: 4000,
  start: '2024-06-24',
  unknownPerMille: 5,
});

const rowsOf = (rows: Iterable<string>): Row[] =>
  parse<Row>(Buffer.concat([...encodeRows(rows)]), { columns: true });
const songsOf = (of: Service, withUpcoming = false): Row[] => rowsOf(songRows(of, withUpcoming));

test('every track stands in the catalogue, about a quarter under two genres, a few rows twice', () => {
  const songs = songsOf(service);
  const pairs = countBy(songs, (song) => `${song['track_id'] ?? ''} ${song['track_genre'] ?? ''}`);
  const tracks = countBy([...pairs.keys()], (pair) => pair.slice(0, 22));
  expect(tracks.size).toBe(4000);
  const twoGenres = [...tracks.values()].filter((genres) => genres === 2).length;
  expect(Math.max(...tracks.values())).toBe(2);
  expect(twoGenres / 4000).toBeGreaterThan(0.2);
  expect(twoGenres / 4000).toBeLessThan(0.3);
  expect([...pairs.values()].filter((count) => count === 2).length).toBe(63);
  expect(songs.map((song) => song[''])).toEqual(songs.map((_, index) => String(index)));
});

test('names need quoting, hold quotes, and are not all ASCII', () => {
  const songs = songsOf(service);
  for (const column of ['track_name', 'artists', 'album_name']) {
    const share = (form: RegExp): number =>
      songs.filter((song) => form.test(song[column] ?? '')).length / songs.length;
    expect(share(/./)).toBe(1);
    expect(share(/[^\p{ASCII}]/u)).toBeGreaterThan(0.01);
    if (column !== 'artists') expect(share(/,/)).toBeGreaterThan(0.01);
    if (column !== 'album_name') expect(share(/"/)).toBeGreaterThan(0.005);
  }
});

test('durations, popularity and audio features stay within their bounds', () => {
  for (const song of songsOf(service)) {
    expect(Number(song['duration_ms'])).toBeGreaterThanOrEqual(90_000);
    expect(Number(song['duration_ms'])).toBeLessThanOrEqual(480_000);
    expect(Number(song['popularity'])).toBeGreaterThanOrEqual(0);
    expect(Number(song['popularity'])).toBeLessThanOrEqual(100);
    expect(song['danceability']).toMatch(/^0\.\d{3}$/);
    expect(song['loudness']).toMatch(/^-\d+\.\d{3}$/);
    expect(song['track_id']).toMatch(/^[0-7][0-9A-Za-z]{21}$/);
  }
});

test('there are about 25 genres in a small catalogue and more than 100 in a large one', () => {
  const genres = (tracks: number): number =>
    countBy(songsOf(createService({ ...service, tracks })), (song) => song['track_genre'] ?? '').size;
  expect(genres(400)).toBe(24);
  expect(genres(9000)).toBeGreaterThan(100);
});

test('the later catalogue is the first one and the upcoming tracks', () => {
  const first = [...songRows(service, false)];
  const later = [...songRows(service, true)];
  expect(later.slice(0, first.length)).toEqual(first);
  expect(later.length - first.length).toBeGreaterThanOrEqual(service.upcoming);
});

test('users are of all ages and many countries, and joined before the first play', () => {
  const users = rowsOf(userRows(service));
  expect(users.map((user) => user['user_id'])).toEqual(users.map((_, index) => String(index + 1)));
  const ages = users.map((user) => Number(user['user_age']));
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(14);
  expect(Math.max(...ages)).toBeLessThanOrEqual(90);
  expect(new Set(ages).size).toBeGreaterThan(40);
  const countries = countBy(users, (user) => user['user_country'] ?? '');
  expect(countries.size).toBeGreaterThan(25);
  expect(countries.get('United States')).toBeGreaterThan(300);
  for (const user of users) {
    expect(user['created_at']).toMatch(/^20(20|21|22|23|24)-\d\d-\d\d$/);
    expect((user['created_at'] ?? '') < '2024-06-24').toBe(true);
    expect(user['user_name']).toMatch(/^\S+ \S+$/);
  }
});
