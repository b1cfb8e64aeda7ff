import type { BadRecord } from '../../pipeline/reports.ts';
import { truncate } from './display-width.ts';
import { count } from './numbers.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

/** Two lines: where it stands and why it is bad; then the row itself, escaped and cut to the terminal. */
export function renderBadRecord(record: BadRecord, style: Style): string {
  const { paint } = style;
  const place = `${printable(record.file)}:${record.line}`;
  const dataset = record.dataset === 'streams' ? '' : ` ${paint.dim(`(${record.dataset})`)}`;
  const reasons = record.reasons.map(printable).join(', ');
  const head = `${paint.cyan(place)}${dataset}  ${paint.dim(`byte ${count(record.byte)}`)}  ${paint.red(reasons)}`;
  const raw = truncate(printable(record.raw), style.width - 4, style.symbols.ellipsis);
  return `${head}\n    ${raw}\n`;
}
