import { Argument } from 'commander';
import { UsageError } from '../../errors.ts';
import type { Hitparade, KpiName } from '../../pipeline/hitparade.ts';
import { requireDate } from '../arguments.ts';
import { compareWithDayBefore, type Days } from '../chart-days.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { explainNothing } from '../explain-nothing.ts';
import type { ChartOptions, DayChart } from '../render/chart-items.ts';
import { renderDailyGenre } from '../render/daily-genre.ts';
import type { Style } from '../render/style.ts';
import { renderTopGenres } from '../render/top-genres.ts';
import { renderTopSongs } from '../render/top-songs.ts';

interface ShowOptions {
  readonly date?: string;
  readonly to?: string;
  readonly genre?: string;
  readonly all?: true;
}

type Render = (chart: DayChart, options: ChartOptions, style: Style) => string;

/** What a person types, the KPI behind it, and its picture. */
const CHARTS: Readonly<Record<string, { readonly kpi: KpiName; readonly render: Render }>> = {
  'daily-genre': { kpi: 'daily_genre', render: renderDailyGenre },
  'top-songs': { kpi: 'top_songs', render: renderTopSongs },
  'top-genres': { kpi: 'top_genres', render: renderTopGenres },
};

export const defineShow: DefineCommand = (program, action) => {
  program
    .command('show')
    .description('charts as a person reads them, from DynamoDB')
    .addArgument(new Argument('<chart>', 'the chart').choices(Object.keys(CHARTS)))
    .option('--date <date>', 'the day, YYYY-MM-DD (default: the newest published day)')
    .option('--to <date>', 'the last day, to show several')
    .option('--genre <name>', 'only this genre, as the catalogue writes it')
    .option('--all', 'every genre, not only the 20 largest')
    .addHelpText(
      'after',
      examples([
        'hitparade show top-genres',
        'hitparade show top-songs --date 2024-06-25 --genre pop',
        'hitparade show daily-genre --date 2024-06-24 --to 2024-06-30 --json',
      ]),
    )
    .action(action(show));
};

async function show(cli: Cli, name: string, options: ShowOptions): Promise<ExitCode> {
  const chart = CHARTS[name];
  if (chart === undefined) throw new UsageError(`there is no chart '${name}'`);
  const asked = daysOf(options);
  await cli.withLake(async (hitparade) => {
    const days = asked ?? (await newestDay(hitparade, options.genre));
    const items = days === undefined ? [] : await hitparade.chart(chart.kpi, days);
    if (cli.json) {
      await cli.printJson(items);
    } else if (days === undefined || items.length === 0) {
      await cli.print(await explainNothing(cli, hitparade, days));
    } else {
      if (asked === undefined) await cli.note(`${days.from} is the newest published date\n\n`);
      const charts = await compareWithDayBefore(hitparade, chart.kpi, days, items);
      const drawn = charts.map((each) => chart.render(each, { all: options.all === true }, cli.style));
      await cli.print(drawn.join('\n'));
    }
  });
  return EXIT.done;
}

/** `undefined` if no date was given. */
function daysOf(options: ShowOptions): Days | undefined {
  const filter = options.genre === undefined ? {} : { genre: options.genre };
  if (options.date === undefined) {
    if (options.to === undefined) return undefined;
    throw new UsageError('--to needs --date: the first of the days');
  }
  const from = requireDate('--date', options.date);
  const to = options.to === undefined ? from : requireDate('--to', options.to);
  if (to < from) throw new UsageError(`--to is ${to}, before --date ${from}`);
  return { from, to, ...filter };
}

async function newestDay(hitparade: Hitparade, genre: string | undefined): Promise<Days | undefined> {
  const newest = (await hitparade.publishedDates()).at(-1);
  if (newest === undefined) return undefined;
  return { from: newest, to: newest, ...(genre === undefined ? {} : { genre }) };
}
