import Table from 'cli-table3';
import { displayWidth, pad, truncate } from './display-width.ts';
import { GAP, giveWay, ownWidth, totalWidth, type FittedColumn } from './give-way.ts';
import type { Style } from './style.ts';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Plain text, without colours: it may be cut. */
  readonly cells: readonly string[];
  readonly paint?: (text: string, row: number) => string;
  /** This column is cut when the table is wider than the terminal, but keeps this much. */
  readonly shrinksTo?: number;
  /** How else columns give way to a narrow terminal: one step after the other, the lowest number first. */
  readonly shorter?: { readonly at: number; readonly cells: readonly string[] };
  readonly leavesAt?: number;
  /** Cells that find no room, and are wider than `keeps`, stand alone with the rest of the row beneath. */
  readonly wraps?: { readonly at: number; readonly keeps: number };
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
  middle: ' '.repeat(GAP),
};

/**
 * A table without lines; one string a row, the first is the header. Columns without a value are left out.
 * A row of which a cell stands alone has two lines.
 */
export function tableLines(columns: readonly TableColumn[], style: Style): readonly string[] {
  const filled = giveWay(
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
  const alone: (string | undefined)[] = [];
  const rows = Math.max(0, ...filled.map((column) => column.cells.length));
  for (let row = 0; row < rows; row++) {
    const wide = filled.findIndex(({ cells, keeps = Infinity }) => displayWidth(cells[row] ?? '') > keeps);
    const cells = filled.map((column, index) => {
      const whole = column.cells[row] ?? '';
      const text = index === wide ? whole : truncate(whole, widths[index] ?? 0, style.symbols.ellipsis);
      const padded = index < wide ? pad(text, widths[index] ?? 0, column.align ?? 'left') : text;
      return column.paint?.(padded, row) ?? padded;
    });
    alone.push(wide === -1 ? undefined : cells.slice(0, wide + 1).join(NO_BORDERS.middle));
    table.push(cells.map((cell, index) => (index <= wide ? ' '.repeat(widths[index] ?? 0) : cell)));
  }
  const [header = '', ...lines] = table.toString().split('\n');
  return [
    header,
    ...lines.map((line, row) => [...(alone[row] === undefined ? [] : [alone[row]]), line].join('\n')),
  ].map((line) => line.trimEnd());
}

/** Takes what is too much from the columns that can be cut, first from the first. */
function fit(columns: readonly FittedColumn[], width: number): readonly number[] {
  const widths = columns.map(ownWidth);
  let excess = totalWidth(widths) - width;
  return widths.map((own, index) => {
    const least = columns[index]?.shrinksTo ?? own;
    const cut = Math.min(Math.max(0, excess), Math.max(0, own - least));
    excess -= cut;
    return own - cut;
  });
}
