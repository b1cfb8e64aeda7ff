import type { ChartItem } from '../../pipeline/hitparade.ts';
import { exactOf, numberOf, textOf, type ChartOptions, type DayChart } from './chart-items.ts';
import { chartRows } from './chart-rows.ts';
import { chartTitle } from './chart-title.ts';
import { changeOfCount, movementText, paintMovement, UNKNOWN, type Movement } from './movement.ts';
import { count, counted, duration } from './numbers.ts';
import type { Style } from './style.ts';

const SHOWN = 20;

/** A day's genres by listens: bar, change against the day before, listeners, listening time. */
export function renderDailyGenre(chart: DayChart, options: ChartOptions, style: Style): string {
  const ordered = [...chart.items].sort(
    (a, b) =>
      numberOf(b, 'listen_count') - numberOf(a, 'listen_count') ||
      (textOf(a, 'genre') < textOf(b, 'genre') ? -1 : 1),
  );
  const items = options.all ? ordered : ordered.slice(0, SHOWN);
  const listens = items.map((item) => numberOf(item, 'listen_count'));
  const movements = items.map((item) => movementOf(item, chart.before));
  const { paint } = style;

  const lines = chartRows(
    {
      left: [
        { align: 'left', cells: items.map((item) => textOf(item, 'genre')), maxWidth: 24, paint: paint.bold },
      ],
      bar: {
        values: listens,
        maximum: Math.max(...listens, 0),
        minWidth: 12,
        maxWidth: 72,
        paint: (text) => paint.cyan(text),
      },
      right: [
        {
          title: 'listens',
          align: 'right',
          cells: items.map((item) => count(exactOf(item, 'listen_count'))),
        },
        {
          align: 'left',
          cells: movements.map((movement) => movementText(movement, style)),
          paint: (text, row) => paintMovement(movements[row] ?? UNKNOWN, text, style),
          leavesAt: 3,
        },
        {
          title: 'listeners',
          align: 'right',
          cells: items.map((item) => count(exactOf(item, 'unique_listeners'))),
          leavesAt: 4,
        },
        {
          title: 'time',
          align: 'right',
          cells: items.map((item) => duration(exactOf(item, 'total_listening_time'))),
          leavesAt: 2,
        },
        {
          title: `${style.symbols.average} listener`,
          align: 'right',
          cells: items.map((item) => duration(exactOf(item, 'avg_listening_time'))),
          paint: paint.dim,
          leavesAt: 1,
        },
      ],
    },
    style,
  );
  const hidden = ordered.length - items.length;
  const more = hidden > 0 ? [paint.dim(`  ${style.symbols.more} and ${count(hidden)} more (--all)`)] : [];
  const title = chartTitle('Genres', chart.date, counted(ordered.length, 'genre'), style);
  return [title, '', paint.dim(lines.header), ...lines.rows, ...more, ''].join('\n');
}

function movementOf(item: ChartItem, before: DayChart['before']): Movement {
  if (before === undefined) return UNKNOWN;
  const previous = before.find((other) => other['genre'] === item['genre']);
  return changeOfCount(
    numberOf(item, 'listen_count'),
    previous === undefined ? undefined : numberOf(previous, 'listen_count'),
  );
}
