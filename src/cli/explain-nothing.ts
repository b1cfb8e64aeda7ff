import type { Hitparade } from '../pipeline/hitparade.ts';
import type { Days } from './chart-days.ts';
import type { Cli } from './cli.ts';
import { nearMiss } from './near-miss.ts';
import { truncate } from './render/display-width.ts';
import { counted } from './render/numbers.ts';
import { printable } from './render/printable.ts';

/** In columns. */
const LONGEST_MENTION = 40;

/** Why there is nothing to show, and what could be shown instead. */
export async function explainNothing(
  cli: Cli,
  hitparade: Hitparade,
  days: Days | undefined,
): Promise<string> {
  const published = await hitparade.publishedDates();
  if (days === undefined || published.length === 0) {
    return `Nothing is published yet. Put play files under raw/streams/ and run \`${cli.copyable('run')}\`.\n`;
  }
  const { from, to, genre } = days;
  // A genre may be as long as DynamoDB allows a key to be.
  const mentioned = (name: string): string =>
    truncate(printable(name), LONGEST_MENTION, cli.style.symbols.ellipsis);
  const when = from === to ? from : `${from} to ${to}`;
  if (genre !== undefined && published.some((date) => date >= from && date <= to)) {
    const others = await hitparade.chart('daily_genre', { from, to });
    const names = [...new Set(others.map((item) => String(item['genre'])))];
    const near = nearMiss(genre, names);
    const help =
      near === undefined
        ? `Genres with plays: ${names.slice(0, 12).map(mentioned).join(', ')}${names.length > 12 ? ', ...' : ''}.`
        : `Did you mean '${mentioned(near)}'?`;
    return `No chart for the genre '${mentioned(genre)}' on ${when}. ${help}\n`;
  }
  return `No chart for ${when}. Published: ${listDates(published)}.\n`;
}

function listDates(dates: readonly string[]): string {
  if (dates.length <= 10) return dates.join(', ');
  return `${counted(dates.length, 'date')} from ${dates[0] ?? ''} to ${dates.at(-1) ?? ''}`;
}
