import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { deliveries, fileText, options } from './arbitraries.ts';
import { readCsv } from './csv-text.ts';
import { judgeFile } from './judge.ts';
import { runReference } from './reference.ts';
import type { Delivery, ReferenceOptions } from './reference.ts';
import { dayOf, integerOf, secondOf } from './values.ts';

const MODIFIED = new Date('2024-06-26T12:00:00Z');

const file = (dataset: Delivery['dataset'], filename: string, ...lines: readonly string[]): Delivery => ({
  dataset,
  filename,
  text: lines.map((line) => `${line}\n`).join(''),
  modified: MODIFIED,
});
const plays = (filename: string, ...rows: readonly string[]): Delivery =>
  file('streams', filename, 'user_id,track_id,listen_time', ...rows);
const songs = (filename: string, ...rows: readonly string[]): Delivery =>
  file('songs', filename, 'track_id,track_name,track_genre,duration_ms,artists', ...rows);
const users = (filename: string, ...rows: readonly string[]): Delivery =>
  file('users', filename, 'user_id,user_name,user_age,user_country,created_at', ...rows);

const run = (files: readonly Delivery[], onSameName: ReferenceOptions['onSameName'] = 'append') =>
  runReference(files, { onSameName });
const listens = (files: readonly Delivery[], onSameName: ReferenceOptions['onSameName'] = 'append') =>
  [...run(files, onSameName).kpis].map(([date, charts]) => [
    date,
    charts.daily_genre.map((row) => row.listen_count),
  ]);
const statuses = (files: readonly Delivery[], onSameName: ReferenceOptions['onSameName'] = 'append') =>
  run(files, onSameName).files.map((outcome) => outcome.status);

const catalogue = songs('songs.csv', 't1,One,pop,1000,A', 't2,Two,pop,500,', 't2,Two,rock,500,');

describe('charts', () => {
  test('a day that fits on a sheet of paper', () => {
    const { kpis } = run([
      catalogue,
      plays('a.csv', 'u1,t1,2024-06-25 10:00:00', 'u1,t1,2024-06-25 11:00:00', 'u2,t2,2024-06-25 12:00:00'),
    ]);
    expect([...kpis]).toEqual([
      [
        '2024-06-25',
        {
          daily_genre: [
            {
              genre: 'pop',
              listen_count: 3,
              unique_listeners: 2,
              total_listening_time: 2500,
              avg_listening_time: 1250,
            },
            {
              genre: 'rock',
              listen_count: 1,
              unique_listeners: 1,
              total_listening_time: 500,
              avg_listening_time: 500,
            },
          ],
          top_songs: [
            { genre: 'pop', rank: 1, track_id: 't1', track_name: 'One', artists: 'A', play_count: 2 },
            { genre: 'pop', rank: 2, track_id: 't2', track_name: 'Two', artists: '', play_count: 1 },
            { genre: 'rock', rank: 1, track_id: 't2', track_name: 'Two', artists: '', play_count: 1 },
          ],
          top_genres: [
            { rank: 1, genre: 'pop', listen_count: 3, unique_listeners: 2 },
            { rank: 2, genre: 'rock', listen_count: 1, unique_listeners: 1 },
          ],
        },
      ],
    ]);
  });

  test('three songs a genre and five genres a day, ties in byte order', () => {
    // In UTF-16 units the face would come before the wave.
    const genres = ['\u{1F600}', '\uFF5E', 'b', 'a', 'B', '\u00e4'];
    const tracks = ['t4', 't3', 'T9', 't1'];
    const { kpis } = run([
      songs('s.csv', ...genres.flatMap((genre) => tracks.map((track) => `${track},n,${genre},1,x`))),
      plays('a.csv', ...tracks.map((track) => `u,${track},2024-06-25 10:00:00`)),
    ]);
    const charts = kpis.get('2024-06-25');
    expect(charts?.daily_genre.map((row) => row.genre)).toEqual(['B', 'a', 'b', 'ä', '\uFF5E', '\u{1F600}']);
    expect(charts?.top_genres.map((row) => row.genre)).toEqual(['B', 'a', 'b', 'ä', '\uFF5E']);
    expect(charts?.top_songs.slice(0, 3).map((row) => row.track_id)).toEqual(['T9', 't1', 't3']);
  });

  test('the date is that of UTC, and a fraction is cut', () => {
    const files = [
      catalogue,
      plays(
        'a.csv',
        'u1,t1,2024-06-26 00:30:00+01:00',
        'u1,t1,2024-06-25 23:30:00.999',
        'u1,t1,2024-06-26 00:00:00',
      ),
    ];
    expect(listens(files)).toEqual([
      ['2024-06-25', [1]],
      ['2024-06-26', [1]],
    ]);
    expect(run(files).files[1]).toMatchObject({
      valid: 3,
      duplicates: 1,
      dates: ['2024-06-25', '2024-06-26'],
    });
  });

  test('a play of an unknown track is valid, counts nowhere, and counts as soon as the track is known', () => {
    const play = plays('a.csv', 'u1,t9,2024-06-25 10:00:00');
    expect(run([play, catalogue]).kpis.get('2024-06-25')).toEqual({
      daily_genre: [],
      top_songs: [],
      top_genres: [],
    });
    expect(run([play, catalogue]).files[0]).toMatchObject({ status: 'success', valid: 1, unknown_track: 1 });
    expect(listens([play, songs('new.csv', 't9,Nine,pop,1,')])).toEqual([['2024-06-25', [1]]]);
  });

  test('an unknown user is a warning, counted once a play', () => {
    const play = plays(
      'a.csv',
      'u1,t1,2024-06-25 10:00:00',
      'u1,t1,2024-06-25 10:00:00',
      'u2,t1,2024-06-25 10:00:00',
    );
    expect(run([play]).files[0]).toMatchObject({ unknown_user: 2, duplicates: 1 });
    expect(run([play, users('u.csv', 'u1,Ann,30,DE,2020-01-01')]).files[0]).toMatchObject({
      unknown_user: 1,
    });
  });
});

describe('the catalogue', () => {
  const play = plays('p.csv', 'u1,t1,2024-06-25 10:00:00');
  const chosen = (...files: readonly Delivery[]) => {
    const charts = run([play, ...files]).kpis.get('2024-06-25');
    return [
      charts?.top_songs[0]?.track_name,
      charts?.top_songs[0]?.artists,
      charts?.daily_genre[0]?.total_listening_time,
    ];
  };

  test('of a repeated (track, genre) the shortest counts, then the first name, then the first artists', () => {
    expect(chosen(songs('s', 't1,b,pop,5,x', 't1,a,pop,6,x'))).toEqual(['b', 'x', 5]);
    expect(chosen(songs('s', 't1,b,pop,5,x', 't1,a,pop,5,x'))).toEqual(['a', 'x', 5]);
    expect(chosen(songs('s', 't1,a,pop,5,x', 't1,a,pop,5,'))).toEqual(['a', '', 5]);
  });

  test('the greatest filename wins, whatever came first', () => {
    const [a, b] = [songs('a.csv', 't1,a,pop,5,x'), songs('b.csv', 't1,b,pop,6,x')];
    expect(chosen(a, b)).toEqual(['b', 'x', 6]);
    expect(chosen(b, a)).toEqual(['b', 'x', 6]);
  });

  test('the same bytes under a greater name win like any other', () => {
    const [a, b] = [songs('a.csv', 't1,a,pop,5,x'), songs('b.csv', 't1,b,pop,6,x')];
    expect(chosen(a, b, { ...a, filename: 'c.csv' })).toEqual(['a', 'x', 5]);
  });

  test('a new version takes the place of the old one, under every policy', () => {
    const files = [play, songs('s', 't1,a,pop,5,x', 't2,b,pop,5,x'), songs('s', 't2,b,pop,5,x')];
    for (const policy of ['append', 'replace', 'reject'] as const) {
      expect(run(files, policy).files[0]?.unknown_track).toBe(1);
      expect(statuses(files, policy)).toEqual(['success', 'success', 'success']);
    }
  });

  test('a version without a valid row is refused, and the old one stays', () => {
    const files = [play, songs('s', 't1,a,pop,5,x'), songs('s', 't1,a,pop,0,x')];
    expect(run(files).files[2]).toMatchObject({ status: 'failed', error: 'empty_catalogue' });
    expect(listens(files)).toEqual([['2024-06-25', [1]]]);
  });
});

describe('deliveries', () => {
  const one = plays('a.csv', 'u1,t1,2024-06-25 10:00:00');
  const other = plays('a.csv', 'u1,t1,2024-06-25 10:00:00', 'u1,t1,2024-06-25 11:00:00');
  const third = plays('a.csv', 'u2,t1,2024-06-25 12:00:00');

  test('a play that comes again in another file counts once', () => {
    expect(listens([catalogue, one, { ...other, filename: 'b.csv' }])).toEqual([['2024-06-25', [2]]]);
  });

  test('the same bytes again are a duplicate, under the same name or another', () => {
    expect(statuses([one, one, { ...one, filename: 'b.csv' }])).toEqual([
      'success',
      'duplicate',
      'duplicate',
    ]);
  });

  test.each([
    ['append', 'success', 3],
    ['replace', 'success', 1],
    ['reject', 'failed', 2],
  ] as const)('on new bytes under the same name, %s', (policy, status, count) => {
    expect(statuses([catalogue, other, third], policy)).toEqual(['success', 'success', status]);
    expect(listens([catalogue, other, third], policy)).toEqual([['2024-06-25', [count]]]);
  });

  test('a date without plays that count is gone', () => {
    expect(listens([catalogue, one, plays('a.csv')], 'replace')).toEqual([]);
  });

  test('a duplicate keeps the plays when the first file is replaced', () => {
    const files = [catalogue, one, { ...one, filename: 'b.csv' }, third];
    expect(listens(files, 'replace')).toEqual([['2024-06-25', [2]]]);
  });

  test('the same bytes are a duplicate, unless they came later and the file before had plays of the future', () => {
    const late = { ...one, filename: 'b.csv', modified: new Date('2024-06-01T00:00:00Z') };
    expect(run([one, late]).files[1]).toMatchObject({ status: 'duplicate', valid: 1 });
    expect(run([late, one]).files[1]).toMatchObject({ status: 'success', valid: 1, bad: 0 });
  });

  test('a file that was refused leaves its name free', () => {
    const refused = file('streams', 'a.csv', 'user_id,track_id', 'u1,t1');
    expect(run([refused, refused, one], 'reject').files.map(({ status, error }) => [status, error])).toEqual([
      ['failed', 'missing_column'],
      ['failed', 'missing_column'],
      ['success', null],
    ]);
  });
});

describe('rows', () => {
  const judge = (text: string) => judgeFile('streams', text, MODIFIED);
  const HEADER = 'user_id,track_id,listen_time\n';

  test.each([
    ['u,t,2024-06-25 10:00:00', {}],
    ['" u\t",t,"2024-06-25 10:00:00\r\n"', {}],
    [',t,2024-06-25 10:00:00', { missing_user_id: 1 }],
    [' ,\t,', { missing_user_id: 1, missing_track_id: 1, missing_listen_time: 1 }],
    ['u,t,soon', { invalid_listen_time: 1 }],
    ['u,,1999-12-31 23:59:59', { missing_track_id: 1, listen_time_too_early: 1 }],
    ['u,t,2000-01-01 00:00:00', {}],
    ['u,t,2024-06-27 12:00:00', {}],
    ['u,t,2024-06-27 12:00:01', { listen_time_in_future: 1 }],
    ['u,t', { wrong_column_count: 1 }],
    ['u,t,2024-06-25 10:00:00,', { wrong_column_count: 1 }],
    [' ', { wrong_column_count: 1 }],
    ['u,t"x,2024-06-25 10:00:00', { malformed_quote: 1 }],
    ['"u"x,t,2024-06-25 10:00:00,1', { wrong_column_count: 1, malformed_quote: 1 }],
    ['u,t\0,2024-06-25 10:00:00', { nul_byte: 1 }],
  ])('%j gets the reasons %j', (row, reasons) => {
    const bad = Object.keys(reasons).length > 0 ? 1 : 0;
    expect(judge(`${HEADER}${row}\n`)).toMatchObject({ error: null, rows: 1, bad, reasons });
  });

  test.each([
    ['0', {}],
    ['130', {}],
    ['131', { user_age_out_of_range: 1 }],
    ['-1', { user_age_out_of_range: 1 }],
    ['x', { invalid_user_age: 1 }],
    ['', { missing_user_age: 1 }],
  ])('the age %j gets %j', (age, reasons) => {
    const text = `user_id,user_name,user_age,user_country,created_at\nu,n,1,c,2020-01-01\nu,n,${age},c,2020-01-01\n`;
    expect(judgeFile('users', text, MODIFIED).reasons).toEqual(reasons);
  });

  test.each([
    ['', null, 0],
    ['\n\r\n', null, 0],
    [HEADER, null, 0],
    ['\uFEFF user_id ,x,listen_time,,track_id\r\nu,1,2024-06-25 10:00:00,,t\r\n\r\n', null, 1],
    ['user_id,track_id,Listen_time\n', 'missing_column', 0],
    ['user_id,user_id,track_id,listen_time\n', 'duplicate_column', 0],
    ['x,x,user_id,track_id,listen_time\n', null, 0],
    [`${HEADER}u,t,"2024`, 'unterminated_quote', 0],
    [`us"er_id,track_id,listen_time\nu,t,"2024`, 'malformed_header', 0],
  ])('the file %j: %s, %i rows', (text, error, rows) => {
    expect(judge(text)).toMatchObject({ error, rows });
  });
});

describe('values', () => {
  test.each<[string, bigint | undefined]>([
    ['0', 0n],
    ['007', 7n],
    ['-12', -12n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    ...['9223372036854775808', '-0', '-00', '+1', '1.0', '1e3', '0x1', '', '-', '\u0661'].map(
      (text): [string, undefined] => [text, undefined],
    ),
  ])('the integer %j is %s', (text, value) => {
    expect(integerOf(text)).toBe(value);
  });

  test.each<[string, number | undefined]>([
    ['1970-01-01 00:00:01', 1],
    ['1970-01-01T00:00:01Z', 1],
    ['1970-01-01 00:00:01.999999999', 1],
    ['1969-12-31 23:59:59.5', -1],
    ['1970-01-01 01:00:00+01', 0],
    ['1970-01-01 05:30:00+0530', 0],
    ['1969-12-31 18:30:00-05:30', 0],
    ['1970-01-01 18:59:00+18:59', 0],
    ['1972-02-29 00:00:00', 789 * 86_400],
    ...[
      '1970-01-01',
      '1970-01-01 24:00:00',
      '1970-01-01 00:60:00',
      '1970-01-01 00:00:60',
      '1970-01-01 00:00:00.',
      '1970-01-01 00:00:00.1234567890',
      '1970-01-01 00:00:00+19',
      '1970-01-01 00:00:00+1',
      '1970-01-01 00:00:00+01:60',
      '1970-01-01 00:00:00 Z',
      '1970-01-01t00:00:00',
      '1970-01-01 00:00:00z',
      '1971-02-29 00:00:00',
      '1900-02-29 00:00:00',
      '1970-00-01 00:00:00',
      '1970-01-00 00:00:00',
      '1970-04-31 00:00:00',
      '70-01-01 00:00:00',
    ].map((text): [string, undefined] => [text, undefined]),
  ])('the time %j is second %s', (text, second) => {
    expect(secondOf(text)).toBe(second);
  });

  test('early years are years', () => {
    expect(dayOf('0001-01-01')).toBe(-719_162);
    expect(dayOf('2000-02-29')).toBe(11_016);
    expect(dayOf('2100-02-29')).toBeUndefined();
  });
});

describe('on generated deliveries', () => {
  test('well-formed text is read as csv-parse reads it', () => {
    fc.assert(
      fc.property(fileText('streams'), (text) => {
        const { records, unterminatedQuote } = readCsv(text);
        // csv-parse keeps to one kind of line end and gives up at a malformed quote.
        fc.pre(!unterminatedQuote && records.every((record) => !record.malformedQuote));
        const theirs: string[][] = parse(text, {
          bom: true,
          record_delimiter: ['\r\n', '\n', '\r'],
          relax_column_count: true,
          skip_empty_lines: true,
        });
        expect(records.map((record) => record.fields)).toEqual(theirs);
      }),
      { numRuns: 300 },
    );
  });

  test('every row is valid or bad, and a failed file has none', () => {
    fc.assert(
      fc.property(deliveries, options, (files, policy) => {
        for (const outcome of runReference(files, policy).files) {
          expect(outcome.rows).toBe(outcome.valid + outcome.bad);
          expect(outcome.status === 'failed').toBe(outcome.error !== null);
          if (outcome.status === 'failed') expect(outcome.rows).toBe(0);
        }
      }),
    );
  });

  test('a second run over the same files changes no chart unless it replaces', () => {
    fc.assert(
      fc.property(deliveries, (files) => {
        const once = runReference(files, { onSameName: 'append' });
        // Catalogue files go through their versions again, play files do nothing.
        const again = runReference([...files, ...files], { onSameName: 'append' });
        expect(again.kpis).toEqual(once.kpis);
      }),
    );
  });

  test('what matters does occur', () => {
    const seen = new Map<string, number>();
    const count = (what: string): void => {
      seen.set(what, (seen.get(what) ?? 0) + 1);
    };
    for (const [files, policy] of fc.sample(fc.tuple(deliveries, options), { numRuns: 1500, seed: 1 })) {
      const { kpis, files: outcomes } = runReference(files, policy);
      for (const outcome of outcomes) {
        count(outcome.status);
        if (outcome.error !== null) count(outcome.error);
        for (const reason of Object.keys(outcome.reasons)) count(reason);
        if (outcome.duplicates > 0) count('duplicates');
        if (outcome.unknown_track > 0) count('unknown track');
        if (outcome.dates.length > 1) count('several dates');
      }
      for (const charts of kpis.values()) {
        if (charts.top_songs.some((row) => row.rank === 3)) count('three songs');
        if (charts.top_genres.length === 5) count('five genres');
        if (charts.daily_genre.some((row) => row.unique_listeners > 1)) count('several listeners');
      }
    }
    const wanted = [
      'success, failed, duplicate, duplicates, unknown track, several dates, three songs, five genres, several listeners',
      'missing_column, duplicate_column, malformed_header, unterminated_quote, empty_catalogue, same_name',
      'wrong_column_count, malformed_quote, nul_byte, missing_user_id, missing_track_id, missing_listen_time',
      'invalid_listen_time, listen_time_too_early, listen_time_in_future, invalid_user_age, user_age_out_of_range',
      'invalid_created_at, missing_track_name, missing_track_genre, invalid_duration_ms, duration_ms_out_of_range',
    ].flatMap((line) => line.split(', '));
    expect(wanted.filter((what) => (seen.get(what) ?? 0) < 3)).toEqual([]);
  });
});
