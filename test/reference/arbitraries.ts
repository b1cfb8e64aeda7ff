import fc from 'fast-check';
import { csvFile } from './csv-file-arbitrary.ts';
import type { Column } from './csv-file-arbitrary.ts';
import type { ReferenceDataset } from './judge.ts';
import type { Delivery, ReferenceOptions } from './reference.ts';

/** Few of everything, so that they meet: in a chart, in a file, across files. */
const USERS = ['u1', 'u2', '007', '7', 'zo\u00eb', 'a,b'];
const TRACKS = ['t1', 't2', 't3', 't4', 'T1', '01', '1', 'say "hi"'];
const GENRES = ['pop', 'rock', 'r&b, soul', 'hip\nhop', 'jazz', 'Pop', '\uFF5E', '\u{1F600}', 'pop#1'];
const FILENAMES = ['a.csv', 'b.csv', 'B.csv', 'monday 1.csv', '\u00e4.csv'];
/** Play files are judged against these; the listen times below lie around one day later. */
const MODIFIED = ['2024-06-25T00:00:00.000Z', '2024-06-26T12:00:00.000Z', '2024-06-27T10:30:00.500Z'];

const LISTEN_TIMES = [
  '2024-06-25 17:43:13',
  '2024-06-25T17:43:13Z',
  '2024-06-25T19:43:13.999+02:00',
  '2024-06-25 12:13:13-0530',
  '2024-06-25 23:59:59',
  '2024-06-26T00:59:59+01',
  '2024-06-26 00:00:00.123456789',
  '2024-06-26 08:00:00',
  '2024-02-29 23:30:00-18:00',
  '2000-01-01 00:00:00',
];
const BAD_LISTEN_TIMES = [
  '2024-06-25',
  '2024-6-25 17:43:13',
  '2023-02-29 00:00:00',
  '2024-06-31 00:00:00',
  '2024-06-25 24:00:00',
  '2024-06-25 23:60:00',
  '2024-06-25 23:59:60',
  '2024-06-25  17:43:13',
  '2024-06-25 17:43',
  '2024-06-25 17:43:13.',
  '2024-06-25 17:43:13.1234567890',
  '2024-06-25 17:43:13+19:00',
  '2024-06-25 17:43:13 UTC',
  '1719337393',
  'yesterday',
  // Too early, by the clock or by the offset alone; too late for some or all files.
  '1999-12-31 23:59:59',
  '2000-01-01 00:59:59+01:00',
  '2024-06-27 12:00:00',
  '2024-06-27 12:00:01',
  '2024-06-28 10:30:00',
  '2024-06-28 10:30:01',
  '2024-06-25 23:59:59-18:00',
  '9999-12-31 23:59:59',
];

const DURATIONS = ['1', '1000', '180000', '0180000', '2147483647'];
const BAD_DURATIONS = [
  '0',
  '-1',
  '-0',
  '+5',
  '1.5',
  '1e3',
  '0x10',
  '1,5',
  '2147483648',
  '9223372036854775807',
];
const BEYOND_64_BITS = ['9223372036854775808', '-9223372036854775809', '1'.repeat(40)];

const column = (name: string, good: readonly string[], bad: readonly string[] = []): Column => ({
  name,
  good,
  bad,
});

const COLUMNS: Readonly<Record<ReferenceDataset, readonly Column[]>> = {
  users: [
    column('user_id', USERS),
    column('user_name', ['Ann', 'Bob "the ear"', '=cmd()']),
    column('user_age', ['0', '130', '042'], ['131', '-1', '-0', '4.2', 'old', ...BEYOND_64_BITS]),
    column('user_country', ['DE', 'C\u00f4te d\u2019Ivoire']),
    column(
      'created_at',
      ['2020-01-01', '1969-12-31 23:59:59', '2020-01-01T00:00:00Z'],
      ['2020-13-01', 'now', '2020'],
    ),
  ],
  songs: [
    column('track_id', TRACKS),
    column('track_name', ['Song', 'song', 'Song, live', 'So\r\nng', '\u00dcber']),
    column('track_genre', GENRES),
    column('duration_ms', DURATIONS, [...BAD_DURATIONS, ...BEYOND_64_BITS]),
    { ...column('artists', ['A', 'A;B', 'B, C'], ['']), optional: true },
    { ...column('popularity', ['50'], ['high', '']), optional: true },
  ],
  streams: [
    column('user_id', [...USERS, 'stranger']),
    column('track_id', [...TRACKS, 'unheard']),
    column('listen_time', LISTEN_TIMES, BAD_LISTEN_TIMES),
  ],
};

/** A CSV file of a dataset: mostly good rows, every kind of bad one, now and then a file that is refused. */
export const fileText = (dataset: ReferenceDataset): fc.Arbitrary<string> => csvFile(COLUMNS[dataset]);

const step = fc.record({
  dataset: fc.oneof(
    { weight: 4, arbitrary: fc.constant('streams' as const) },
    { weight: 2, arbitrary: fc.constant('songs' as const) },
    { weight: 1, arbitrary: fc.constant('users' as const) },
  ),
  filename: fc.constantFrom(...FILENAMES),
  modified: fc.constantFrom(...MODIFIED).map((iso) => new Date(iso)),
  /** Which of the dataset's few texts: so the same bytes come again, under this name or another. */
  choice: fc.nat({ max: 3 }),
});

const someTexts = (dataset: ReferenceDataset): fc.Arbitrary<string[]> =>
  fc.array(fileText(dataset), { minLength: 1, maxLength: 4 });

/** Up to ten files in the order of their arrival, most of which have to do with each other. */
export const deliveries: fc.Arbitrary<readonly Delivery[]> = fc
  .record({
    texts: fc.record({ users: someTexts('users'), songs: someTexts('songs'), streams: someTexts('streams') }),
    steps: fc.array(step, { maxLength: 10 }),
  })
  .map(({ texts, steps }) =>
    steps.map(({ choice, ...rest }) => {
      const choices = texts[rest.dataset];
      return { ...rest, text: choices[choice % choices.length] ?? '' };
    }),
  );

export const options: fc.Arbitrary<ReferenceOptions> = fc.record({
  onSameName: fc.constantFrom('append' as const, 'replace' as const, 'reject' as const),
});
