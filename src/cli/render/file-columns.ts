import type { FileReport, FileStatus } from '../../pipeline/reports.ts';
import { dateRange } from './dates.ts';
import { count } from './numbers.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import type { TableColumn } from './table.ts';

export function statusMark(status: FileStatus, style: Style): string {
  const { symbols } = style;
  const marks = {
    success: symbols.done,
    failed: symbols.failed,
    duplicate: symbols.skipped,
    processing: symbols.waiting,
  };
  return marks[status];
}

export function paintStatus(status: FileStatus | undefined, text: string, style: Style): string {
  const { paint } = style;
  switch (status) {
    case 'success':
      return paint.green(text);
    case 'failed':
      return paint.red(text);
    case 'processing':
      return paint.yellow(text);
    case 'duplicate':
    case undefined:
      return paint.dim(text);
  }
}

/** The state in words, where the mark alone would say too little. */
export function statusColumn(files: readonly FileReport[], style: Style): TableColumn {
  return {
    title: 'status',
    // The mark says it, too.
    dispensable: 3,
    cells: files.map((file) => file.status),
    paint: (text, row) => paintStatus(files[row]?.status, text, style),
  };
}

/** What every list of files shows. A column of nothing but zeros says nothing and is left out. */
export function fileColumns(files: readonly FileReport[], style: Style): readonly TableColumn[] {
  const number = (title: string, of: (file: FileReport) => number): TableColumn => ({
    title,
    align: 'right',
    cells: files.map((file) => (of(file) === 0 ? '' : count(of(file)))),
  });
  return [
    {
      title: '',
      cells: files.map((file) => statusMark(file.status, style)),
      paint: (text, row) => paintStatus(files[row]?.status, text, style),
    },
    // Never cut: it is what a person copies into the next command.
    { title: 'file', cells: files.map((file) => printable(file.filename)) },
    { ...number('rows', (file) => file.rows), cells: files.map((file) => count(file.rows)) },
    number('valid', (file) => file.valid),
    { ...number('bad', (file) => file.bad), paint: style.paint.red },
    { ...number('repeated', (file) => file.duplicates), dispensable: 2 },
    { ...number('unknown', (file) => file.unknown_track), dispensable: 4 },
    { title: 'dates', cells: files.map((file) => dateRange(file.dates)), dispensable: 5 },
  ];
}
