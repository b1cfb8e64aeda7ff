import type { DateReport, FileReport } from '../../pipeline/reports.ts';
import { dateRange } from './dates.ts';
import { paintStatus, statusMark } from './file-columns.ts';
import { counted } from './numbers.ts';
import { printable } from './printable.ts';
import { SUSPECT_TRUNCATED } from './run-report.ts';
import type { Style } from './style.ts';

/** `ok  monday.csv  12 rows, 1 bad  2024-06-25` */
export function fileLine(file: FileReport, style: Style): string {
  const { paint } = style;
  const mark = paintStatus(file.status, statusMark(file.status, style), style);
  return [mark, printable(file.filename), ...factsOf(file).map((fact) => paint.dim(fact))].join('  ');
}

function factsOf(file: FileReport): readonly string[] {
  if (file.error !== null) return [`rejected: ${printable(file.error)}`];
  if (file.duplicate_of !== null) return [`the same bytes as ${printable(file.duplicate_of)}`];
  const bad = file.bad === 0 ? '' : `, ${file.bad} bad`;
  return [
    `${counted(file.rows, 'row')}${bad}`,
    ...(file.dates.length === 0 ? [] : [dateRange(file.dates)]),
    ...(file.suspect_truncated ? [SUSPECT_TRUNCATED] : []),
  ];
}

/** `published  2024-06-25  22,692 plays, 461 items written` */
export function dateLine({ date, plays, items }: DateReport, { paint }: Style): string {
  const changed = [
    ...(items.written > 0 ? [`${counted(items.written, 'item')} written`] : []),
    ...(items.deleted > 0 ? [`${counted(items.deleted, 'item')} deleted`] : []),
  ];
  return ['published', paint.cyan(date), paint.dim([counted(plays, 'play'), ...changed].join(', '))].join(
    '  ',
  );
}
