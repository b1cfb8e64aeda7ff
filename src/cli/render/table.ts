import Table from 'cli-table3';
import { displayWidth, truncate, truncateMiddle } from './display-width.ts';
import type { Style } from './style.ts';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Plain text, without colours: it may be cut. */
  readonly cells: readonly string[];
  readonly paint?: (text: string, row: number) => string;
  /** Left out when the table is wider than the terminal; the lowest number goes first. */
  readonly dispensable?: number;
  /** This column gives way when the table is wider than the terminal, but keeps this much. */
  readonly shrinksTo?: number;
  /** Where a cell is cut: names of files differ at their ends. */
  readonly cut?: 'end' | 'middle';
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A table without lines; one string a row, the first is the header. Columns without a value are left out. */
export function tableLines(columns: readonly TableColumn[], style: Style): readonly string[] {
  const filled = affordable(
    columns.filter((column) => column.cells.some((cell) => cell !== '')),
    style.width,
  );
  const widths = fit(filled, style.width);
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: filled.map((column) => column.align ?? 'left'),
    head: filled.map((column) => style.paint.dim(column.title)),
  });
  const rows = Math.max(0, ...filled.map((column) => column.cells.length));
  for (let row = 0; row < rows; row++) {
    table.push(
      filled.map((column, index) => {
        const cut = column.cut === 'middle' ? truncateMiddle : truncate;
        const text = cut(column.cells[row] ?? '', widths[index] ?? 0, style.symbols.ellipsis);
        return column.paint?.(text, row) ?? text;
      }),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

const ownWidth = (column: TableColumn): number =>
  Math.max(...[column.title, ...column.cells].map(displayWidth));
const GAP = NO_BORDERS.middle.length;

/** Leaves out as many dispensable columns as it takes. */
function affordable(columns: readonly TableColumn[], width: number): readonly TableColumn[] {
  const needed = columns.reduce((sum, column) => sum + ownWidth(column) + GAP, -GAP);
  const [first] = columns
    .filter((column) => column.dispensable !== undefined)
    .toSorted((a, b) => (a.dispensable ?? 0) - (b.dispensable ?? 0));
  if (needed <= width || first === undefined) return columns;
  return affordable(
    columns.filter((column) => column !== first),
    width,
  );
}

/** Takes what is too much from the columns that give way, first from the first. */
function fit(columns: readonly TableColumn[], width: number): readonly number[] {
  const widths = columns.map(ownWidth);
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP * (columns.length - 1) - width;
  return widths.map((own, index) => {
    const least = columns[index]?.shrinksTo ?? own;
    const cut = Math.min(Math.max(0, excess), Math.max(0, own - least));
    excess -= cut;
    return own - cut;
  });
}
