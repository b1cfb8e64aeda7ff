import type { FileReport } from '../../pipeline/reports.ts';
import { shortTime } from './dates.ts';
import { GIVES_WAY, nameColumns, numberColumns, statusColumn } from './file-columns.ts';
import { counted } from './numbers.ts';
import type { Style } from './style.ts';
import { tableLines } from './table.ts';

/** One line a file, newest first. */
export function renderFiles(files: readonly FileReport[], style: Style): string {
  const severalDatasets = new Set(files.map((file) => file.dataset)).size > 1;
  const lines = tableLines(
    [
      ...nameColumns(files, style),
      // The mark says it, too.
      { ...statusColumn(files, style), leavesAt: GIVES_WAY.status },
      {
        title: 'dataset',
        cells: severalDatasets ? files.map((file) => file.dataset) : [],
        leavesAt: GIVES_WAY.dataset,
      },
      ...numberColumns(files, style),
      {
        title: 'processed (UTC)',
        cells: files.map((file) => (file.processed_on === null ? '' : shortTime(file.processed_on))),
        leavesAt: GIVES_WAY.time,
        paint: style.paint.dim,
      },
    ],
    style,
  );
  return `${[...lines, style.paint.dim(counted(files.length, 'file'))].join('\n')}\n`;
}
