import type { PipelineEvent } from '../../pipeline/events.ts';
import { truncate } from './display-width.ts';
import { bytes, count, counted, duration } from './numbers.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

export type ProgressEvent = Extract<PipelineEvent, { readonly type: 'progress' }>;

/** What the stage did since the first event that told of it: the rate and the time left follow from it. */
export interface Pace {
  readonly ms: number;
  readonly units: number;
}

/** `validate_streams  monday.csv  12.0 MB of 48.0 MB (25 %)  310,000 rows  1.2 MB/s  30 s left` */
export function progressLine(event: ProgressEvent, pace: Pace, style: Style): string {
  const { paint } = style;
  const amount = (value: number): string => (event.unit === 'bytes' ? bytes(value) : count(value));
  const unit = event.unit === 'bytes' ? '' : ` ${event.unit}`;
  const fraction = event.total > 0 ? Math.min(1, event.done / event.total) : 0;
  const perSecond = pace.ms > 0 ? (pace.units / pace.ms) * 1000 : 0;
  // The first second says little about the rate.
  const known = pace.ms >= 1000 && perSecond > 0 && fraction < 1;
  const facts = [
    `${amount(event.done)} of ${amount(event.total)}${unit} (${Math.floor(fraction * 100)} %)`,
    ...(event.rows > 0 ? [counted(event.rows, 'row')] : []),
    ...(known && event.unit === 'bytes' ? [`${bytes(perSecond)}/s`] : []),
    ...(known ? [`${duration(((event.total - event.done) / perSecond) * 1000)} left`] : []),
  ].join('  ');
  // The spinner and its blank take two columns; the subject gives way.
  const room = style.width - 3 - event.stage.length - facts.length - 4;
  const subject = truncate(printable(event.subject), Math.max(8, room), style.symbols.ellipsis);
  return `${paint.bold(event.stage)}  ${paint.cyan(subject)}  ${facts}`;
}
