import type { FileReport, FileStatus } from '../../pipeline/reports.ts';
import { dateRange, shortDateRange } from './dates.ts';
import { count } from './numbers.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import type { TableColumn } from './table.ts';

/** `taken`: decided and kept, but no chart counts it yet. */
export type ShownStatus = FileStatus | 'taken';

export type StatusOf = (file: FileReport) => ShownStatus;

const ownStatus: StatusOf = (file) => file.status;

export function statusMark(status: ShownStatus, style: Style): string {
  const { symbols } = style;
  const marks = {
    success: symbols.done,
    failed: symbols.failed,
    duplicate: symbols.skipped,
    processing: symbols.waiting,
    taken: symbols.waiting,
  };
  return marks[status];
}

export function paintStatus(status: ShownStatus | undefined, text: string, style: Style): string {
  const { paint } = style;
  switch (status) {
    case 'success':
      return paint.green(text);
    case 'failed':
      return paint.red(text);
    case 'processing':
    case 'taken':
      return paint.yellow(text);
    case 'duplicate':
    case undefined:
      return paint.dim(text);
  }
}

/** In which order a narrow terminal takes things away: what is said elsewhere first, numbers last. */
export const GIVES_WAY = {
  time: 0,
  dataset: 1,
  repeated: 2,
  datesShorter: 3,
  status: 4,
  nameAlone: 5,
  unknown: 6,
  dates: 7,
} as const;
const NAME_KEEPS = 16;

/** The state in words, where the mark alone would say too little. */
export function statusColumn(
  files: readonly FileReport[],
  style: Style,
  statusOf: StatusOf = ownStatus,
): TableColumn {
  const states = files.map(statusOf);
  return {
    title: 'status',
    cells: states,
    paint: (text, row) => paintStatus(states[row], text, style),
  };
}

/** The mark and the name, which every list of files begins with. */
export function nameColumns(
  files: readonly FileReport[],
  style: Style,
  statusOf: StatusOf = ownStatus,
): readonly TableColumn[] {
  const states = files.map(statusOf);
  return [
    {
      title: '',
      cells: states.map((status) => statusMark(status, style)),
      paint: (text, row) => paintStatus(states[row], text, style),
    },
    {
      title: 'file',
      cells: files.map((file) => printable(file.filename)),
      // Never cut: it is what a person copies into the next command.
      wraps: { at: GIVES_WAY.nameAlone, keeps: NAME_KEEPS },
    },
  ];
}

/** What the lists tell of each file. A column of nothing but zeros says nothing and is left out. */
export function numberColumns(files: readonly FileReport[], style: Style): readonly TableColumn[] {
  const number = (title: string, of: (file: FileReport) => number): TableColumn => ({
    title,
    align: 'right',
    cells: files.map((file) => (of(file) === 0 ? '' : count(of(file)))),
  });
  return [
    { ...number('rows', (file) => file.rows), cells: files.map((file) => count(file.rows)) },
    number('valid', (file) => file.valid),
    { ...number('bad', (file) => file.bad), paint: style.paint.red },
    { ...number('repeated', (file) => file.duplicates), leavesAt: GIVES_WAY.repeated },
    { ...number('unknown', (file) => file.unknown_track), leavesAt: GIVES_WAY.unknown },
    {
      title: 'dates',
      cells: files.map((file) => dateRange(file.dates)),
      shorter: { at: GIVES_WAY.datesShorter, cells: files.map((file) => shortDateRange(file.dates)) },
      leavesAt: GIVES_WAY.dates,
    },
  ];
}
