import type { FileReport } from '../../pipeline/reports.ts';
import { shortTime } from './dates.ts';
import { fileColumns, statusColumn } from './file-columns.ts';
import { counted } from './numbers.ts';
import type { Style } from './style.ts';
import { tableLines } from './table.ts';

/** One line a file, newest first. */
export function renderFiles(files: readonly FileReport[], style: Style): string {
  const severalDatasets = new Set(files.map((file) => file.dataset)).size > 1;
  const [mark, name, ...rest] = fileColumns(files, style);
  const lines = tableLines(
    [
      ...(mark === undefined ? [] : [mark]),
      ...(name === undefined ? [] : [name]),
      statusColumn(files, style),
      { title: 'dataset', cells: severalDatasets ? files.map((file) => file.dataset) : [], dispensable: 1 },
      ...rest,
      {
        title: 'processed (UTC)',
        cells: files.map((file) => (file.processed_on === null ? '' : shortTime(file.processed_on))),
        dispensable: 0,
        paint: style.paint.dim,
      },
    ],
    style,
  );
  return `${[...lines, style.paint.dim(counted(files.length, 'file'))].join('\n')}\n`;
}
