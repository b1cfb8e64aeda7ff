import type { ChartItem } from '../../pipeline/hitparade.ts';
import { exactOf, numberOf, textOf, type ChartOptions, type DayChart } from './chart-items.ts';
import { chartRows, type ChartLines } from './chart-rows.ts';
import { chartTitle } from './chart-title.ts';
import { changeOfRank, movementText, paintMovement, UNKNOWN, type Movement } from './movement.ts';
import { counted } from './numbers.ts';
import type { Style } from './style.ts';
import { paintRank } from './top-genres.ts';

const GENRES_SHOWN = 20;

/** Each genre's three songs; the genres with the most listens first, unless all are asked for. */
export function renderTopSongs(chart: DayChart, options: ChartOptions, style: Style): string {
  const genres = byGenre(chart.items);
  const shown = options.all ? genres : mostPlayed(genres, chart.listens).slice(0, GENRES_SHOWN);
  const items = shown.flatMap((genre) => genre.items);
  const lines = songLines(items, chart.before, style);

  let row = 0;
  const blocks = shown.map((genre) => {
    const rows = genre.items.map(() => lines.rows[row++] ?? '');
    return [style.paint.bold(genre.name), ...rows, ''].join('\n');
  });
  const hidden = genres.length - shown.length;
  const more =
    hidden > 0
      ? [
          style.paint.dim(
            `${style.symbols.more} and ${counted(hidden, 'more genre')} (--all, or --genre <name>)`,
          ),
          '',
        ]
      : [];
  const title = chartTitle('Top songs', chart.date, counted(genres.length, 'genre'), style);
  return [title, '', ...blocks, ...more].join('\n');
}

interface GenreSongs {
  readonly name: string;
  readonly items: readonly ChartItem[];
}

/** In the order of the table's keys: by genre. */
function byGenre(items: readonly ChartItem[]): readonly GenreSongs[] {
  const groups = new Map<string, ChartItem[]>();
  for (const item of items) {
    const name = textOf(item, 'genre_name');
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups].map(([name, songs]) => ({
    name,
    items: songs.sort((a, b) => numberOf(a, 'rank') - numberOf(b, 'rank')),
  }));
}

/** By all listens of the genre, as the chart of genres; by those of the shown songs if nobody knows. */
function mostPlayed(genres: readonly GenreSongs[], listens: DayChart['listens']): readonly GenreSongs[] {
  const plays = (genre: GenreSongs): number =>
    listens?.get(genre.name) ?? genre.items.reduce((sum, item) => sum + numberOf(item, 'play_count'), 0);
  return [...genres].sort((a, b) => plays(b) - plays(a));
}

function songLines(items: readonly ChartItem[], before: DayChart['before'], style: Style): ChartLines {
  const plays = items.map((item) => numberOf(item, 'play_count'));
  const ranks = items.map((item) => numberOf(item, 'rank'));
  const movements = items.map((item) => movementOf(item, before));
  const medal = (text: string, row: number): string => paintRank(ranks[row] ?? 0, text, style);
  return chartRows(
    {
      left: [
        { align: 'right', cells: ranks.map(String), paint: medal },
        {
          align: 'left',
          cells: items.map((item) => textOf(item, 'track_name')),
          maxWidth: Math.max(20, Math.floor(style.width * 0.32)),
        },
        {
          align: 'left',
          // The catalogue separates several artists by a semicolon.
          cells: items.map((item) => textOf(item, 'artists').split(';').join(', ')),
          maxWidth: Math.max(14, Math.floor(style.width * 0.22)),
          paint: style.paint.dim,
          leavesAt: 1,
        },
      ],
      bar: { values: plays, maximum: Math.max(...plays, 0), minWidth: 6, maxWidth: 30, paint: medal },
      right: [
        {
          align: 'right',
          cells: items.map((item) => counted(exactOf(item, 'play_count'), 'play')),
        },
        {
          align: 'left',
          cells: movements.map((movement) => movementText(movement, style)),
          paint: (text, row) => paintMovement(movements[row] ?? UNKNOWN, text, style),
        },
      ],
    },
    style,
  );
}

function movementOf(item: ChartItem, before: DayChart['before']): Movement {
  if (before === undefined) return UNKNOWN;
  const previous = before.find(
    (other) => other['genre_name'] === item['genre_name'] && other['track_id'] === item['track_id'],
  );
  return changeOfRank(
    numberOf(item, 'rank'),
    previous === undefined ? undefined : numberOf(previous, 'rank'),
  );
}
