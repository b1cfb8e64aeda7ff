import { expect, test } from 'vitest';
import { digestOf, type Publication } from '../../src/lake/publication.ts';
import { datesToLoad } from '../../src/stages/load-to-dynamodb/dates-to-load.ts';

const publication: Publication = {
  format: 1,
  date: '2024-06-25',
  version: 3,
  kpi_version: 'k1',
  published_on: '2024-06-26T00:00:00Z',
  loaded_on: null,
  next: null,
  plays: 1,
  parts: [],
  kpis: { daily_genre: { key: 'x', rows: 1, bytes: 1, sha256: 'a' } },
};
const loaded = {
  lake: 'this',
  version: 3,
  kpi_version: 'k1',
  digest: digestOf(publication),
  published_on: publication.published_on,
};
const dates = (marker: typeof loaded | undefined): readonly string[] =>
  datesToLoad(
    marker === undefined ? new Map() : new Map([[publication.date, marker]]),
    new Map([[publication.date, publication]]),
  ).map(({ date }) => date);

test('a date that the tables hold as published is not loaded again', () => {
  expect(dates(loaded)).toEqual([]);
});

test('a date is loaded if the tables hold none, an older one, other files or other definitions', () => {
  for (const marker of [
    undefined,
    { ...loaded, version: 2 },
    { ...loaded, digest: 'other' },
    { ...loaded, kpi_version: 'k0' },
  ]) {
    expect(dates(marker)).toEqual(['2024-06-25']);
  }
});

test('a date that the tables hold newer is left to whoever published it', () => {
  expect(dates({ ...loaded, version: 4, digest: 'other' })).toEqual([]);
});
