import type { FileReport } from '../../pipeline/reports.ts';
import { shortTime } from './dates.ts';
import { fileColumns, statusColumn } from './file-columns.ts';
import { counted } from './numbers.ts';
import type { Style } from './style.ts';
import { tableLines } from './table.ts';

const WIDE = 100;

/** One line a file, newest first. */
export function renderFiles(files: readonly FileReport[], style: Style): string {
  const severalDatasets = new Set(files.map((file) => file.dataset)).size > 1;
  const [mark, name, ...rest] = fileColumns(files, style);
  const lines = tableLines(
    [
      ...(mark === undefined ? [] : [mark]),
      ...(name === undefined ? [] : [name]),
      statusColumn(files, style),
      { title: 'dataset', cells: severalDatasets ? files.map((file) => file.dataset) : [] },
      ...rest,
      {
        title: 'processed (UTC)',
        // A narrow terminal needs its width for the names.
        cells:
          style.width < WIDE
            ? []
            : files.map((file) => (file.processed_on === null ? '' : shortTime(file.processed_on))),
        paint: style.paint.dim,
      },
    ],
    style,
  );
  return `${[...lines, style.paint.dim(counted(files.length, 'file'))].join('\n')}\n`;
}
