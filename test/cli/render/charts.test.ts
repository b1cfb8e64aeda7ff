import { expect, test } from 'vitest';
import { bar } from '../../../src/cli/render/bar.ts';
import { renderDailyGenre } from '../../../src/cli/render/daily-genre.ts';
import { displayWidth } from '../../../src/cli/render/display-width.ts';
import { makeStyle } from '../../../src/cli/render/style.ts';
import { renderTopGenres } from '../../../src/cli/render/top-genres.ts';
import { renderTopSongs } from '../../../src/cli/render/top-songs.ts';
import { genreItem } from '../fake-hitparade.ts';

const plain = makeStyle({ colour: false, width: 80 });
const some = { all: false };
const day = '2024-06-25';

test('daily-genre orders by listens and compares with the day before', () => {
  const items = [genreItem(day, 'jazz', 5), genreItem(day, 'pop', 10)];
  const before = [genreItem('2024-06-24', 'pop', 8)];
  expect(renderDailyGenre({ date: day, items, before }, some, plain)).toBe(
    [
      'Genres - Tuesday, 25 June 2024                                          2 genres',
      '',
      '                              listens         listeners       time  avg listener',
      '  pop   ####################       10  +25 %          2  30 m 00 s     15 m 00 s',
      '  jazz  ##########                  5  new            2  15 m 00 s      7 m 30 s',
      '',
    ].join('\n'),
  );
});

test('nothing is called new when the day before has no chart', () => {
  const text = renderDailyGenre(
    { date: day, items: [genreItem(day, 'pop', 1)], before: undefined },
    some,
    plain,
  );
  expect(text).not.toContain('new');
});

test('daily-genre shows the 20 largest of many genres, and all when asked', () => {
  const items = Array.from({ length: 114 }, (_, n) => genreItem(day, `genre-${n}`, n + 1));
  const chart = { date: day, items, before: undefined };
  const text = renderDailyGenre(chart, some, plain);
  expect(text).toContain('  ... and 94 more (--all)\n');
  expect(text.split('\n').filter((line) => line.includes('genre-'))).toHaveLength(20);
  expect(renderDailyGenre(chart, { all: true }, plain)).toContain('genre-0 ');
});

test.each([60, 80, 120, 160])('charts keep within %i columns', (width) => {
  const items = [
    genreItem(day, 'a genre with quite a long name', 1_234_567),
    genreItem(day, '日本のポップス', 9),
  ];
  for (const colour of [false, true]) {
    const style = makeStyle({ colour, width });
    const text = renderDailyGenre({ date: day, items, before: items }, some, style);
    for (const line of style.paint.strip(text).split('\n'))
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
  }
});

test('control characters of a name do not reach the terminal', () => {
  const items = [genreItem(day, 'p\u001b[31mop\u202e\n', 1)];
  const text = renderDailyGenre({ date: day, items, before: undefined }, some, plain);
  expect(text).toContain('p\\x1b[31mop\\u202e\\n');
});

test('top-genres shows places won and lost', () => {
  const place = (rank: number, genre: string, listens: number) => ({
    date: day,
    rank,
    genre,
    listen_count: listens,
    unique_listeners: 3,
  });
  const items = [place(1, 'pop', 1000), place(2, 'jazz', 500), place(3, 'rock', 250)];
  const before = [place(1, 'rock', 9), place(2, 'pop', 8)];
  const style = makeStyle({ colour: false, width: 60 });
  expect(renderTopGenres({ date: day, items, before }, some, style)).toBe(
    [
      'Top genres - Tuesday, 25 June 2024',
      '',
      '                                     listens  listeners',
      '  1  pop   ########################    1,000          3  +1',
      '  2  jazz  ############                  500          3  new',
      '  3  rock  ######                        250          3  -2',
      '',
    ].join('\n'),
  );
});

test('top-songs shows a chart a genre, the most played genre first', () => {
  const song = (genre: string, rank: number, name: string, plays: number) => ({
    date: day,
    genre: `${genre}#${rank}`,
    genre_name: genre,
    rank,
    track_id: name,
    track_name: name,
    artists: 'A;B',
    play_count: plays,
  });
  const items = [song('jazz', 1, 'Blue', 1), song('pop', 1, 'Hit', 4), song('pop', 2, 'Miss', 2)];
  const style = makeStyle({ colour: false, width: 60 });
  expect(renderTopSongs({ date: day, items, before: [song('pop', 1, 'Miss', 9)] }, some, style)).toBe(
    [
      'Top songs - Tuesday, 25 June 2024                   2 genres',
      '',
      'pop',
      '  1  Hit   A, B  #############################  4 plays  new',
      '  2  Miss  A, B  ###############                2 plays  -1',
      '',
      'jazz',
      '  1  Blue  A, B  #######                         1 play  new',
      '',
    ].join('\n'),
  );
});

test('a bar grows in eighths where the terminal can draw them, and is never empty above zero', () => {
  const colour = makeStyle({ colour: true, width: 80 });
  expect(bar(1, 1, 4, colour)).toBe('████');
  expect(bar(5, 16, 2, colour)).toBe('▋');
  expect(bar(1, 1000, 4, colour)).toBe('▏');
  expect(bar(0, 10, 4, colour)).toBe('');
  expect(bar(1, 2, 4, plain)).toBe('##');
});
