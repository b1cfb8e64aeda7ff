import type { ChartItem } from '../../pipeline/hitparade.ts';
import { exactOf, numberOf, textOf, type ChartOptions, type DayChart } from './chart-items.ts';
import { chartRows } from './chart-rows.ts';
import { chartTitle } from './chart-title.ts';
import { changeOfRank, movementText, paintMovement, UNKNOWN, type Movement } from './movement.ts';
import { count } from './numbers.ts';
import type { Style } from './style.ts';

/** The day's five largest genres, with their places of the day before. */
export function renderTopGenres(chart: DayChart, _options: ChartOptions, style: Style): string {
  const items = [...chart.items].sort((a, b) => numberOf(a, 'rank') - numberOf(b, 'rank'));
  const listens = items.map((item) => numberOf(item, 'listen_count'));
  const ranks = items.map((item) => numberOf(item, 'rank'));
  const movements = items.map((item) => movementOf(item, chart.before));
  const { paint } = style;
  const medal = (text: string, row: number): string => paintRank(ranks[row] ?? 0, text, style);

  const lines = chartRows(
    {
      left: [
        { align: 'right', cells: ranks.map(String), paint: medal },
        { align: 'left', cells: items.map((item) => textOf(item, 'genre')), maxWidth: 24, paint: paint.bold },
      ],
      bar: { values: listens, maximum: Math.max(...listens, 0), minWidth: 12, maxWidth: 72, paint: medal },
      right: [
        {
          title: 'listens',
          align: 'right',
          cells: items.map((item) => count(exactOf(item, 'listen_count'))),
        },
        {
          title: 'listeners',
          align: 'right',
          cells: items.map((item) => count(exactOf(item, 'unique_listeners'))),
          leavesAt: 1,
        },
        {
          align: 'left',
          cells: movements.map((movement) => movementText(movement, style)),
          paint: (text, row) => paintMovement(movements[row] ?? UNKNOWN, text, style),
          leavesAt: 2,
        },
      ],
    },
    style,
  );
  return [
    chartTitle('Top genres', chart.date, '', style),
    '',
    paint.dim(lines.header),
    ...lines.rows,
    '',
  ].join('\n');
}

/** Gold, silver, bronze, and the rest. */
export function paintRank(rank: number, text: string, style: Style): string {
  const { paint } = style;
  const colours = [paint.yellowBright, paint.white, paint.yellow];
  return (colours[rank - 1] ?? paint.blueBright)(text);
}

function movementOf(item: ChartItem, before: DayChart['before']): Movement {
  if (before === undefined) return UNKNOWN;
  const previous = before.find((other) => other['genre'] === item['genre']);
  return changeOfRank(
    numberOf(item, 'rank'),
    previous === undefined ? undefined : numberOf(previous, 'rank'),
  );
}
