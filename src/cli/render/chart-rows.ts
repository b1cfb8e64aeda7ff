import { bar } from './bar.ts';
import { displayWidth, pad, truncate } from './display-width.ts';
import type { Style } from './style.ts';

interface ChartColumn {
  readonly title?: string;
  readonly align: 'left' | 'right';
  readonly cells: readonly string[];
  /** Colours one padded cell. */
  readonly paint?: (text: string, row: number) => string;
  /** Cells beyond this are cut. */
  readonly maxWidth?: number;
  /** When the bar has no room, columns leave in this order; without it the column always stays. */
  readonly leavesAt?: number;
}

interface BarColumn {
  readonly values: readonly number[];
  readonly maximum: number;
  readonly paint: (text: string, row: number) => string;
  readonly minWidth: number;
  readonly maxWidth: number;
}

export interface ChartTable {
  readonly left: readonly ChartColumn[];
  readonly bar: BarColumn;
  readonly right: readonly ChartColumn[];
}

export interface ChartLines {
  readonly header: string;
  readonly rows: readonly string[];
}

const GAP = 2;

/** Lays out columns with a bar between them that takes the width that is left. Rows start two blanks in. */
export function chartRows(table: ChartTable, style: Style): ChartLines {
  let shown = table;
  while (roomForBar(shown, style) < table.bar.minWidth) {
    const narrower = withoutNextColumn(shown);
    if (narrower === undefined) break;
    shown = narrower;
  }
  const barWidth = Math.max(
    Math.min(roomForBar(shown, style), table.bar.maxWidth),
    Math.min(table.bar.minWidth, style.width),
  );
  const left = shown.left.map((column) => layOut(column, style));
  const right = shown.right.map((column) => layOut(column, style));

  const barCell = (row: number): string => {
    const drawn = bar(table.bar.values[row] ?? 0, table.bar.maximum, barWidth, style);
    return table.bar.paint(pad(drawn, barWidth, 'left'), row);
  };
  const join = (cells: readonly string[]): string => `  ${cells.join(' '.repeat(GAP))}`.trimEnd();
  const header = [
    ...left.map((column) => column.title),
    ' '.repeat(barWidth),
    ...right.map((column) => column.title),
  ];
  return {
    header: join(header),
    rows: table.bar.values.map((_, row) =>
      join([
        ...left.map((column) => column.cell(row)),
        barCell(row),
        ...right.map((column) => column.cell(row)),
      ]),
    ),
  };
}

function widthOf(column: ChartColumn): number {
  const widths = [column.title ?? '', ...column.cells].map(displayWidth);
  return Math.min(
    widths.reduce((a, b) => Math.max(a, b), 0),
    column.maxWidth ?? Infinity,
  );
}

function roomForBar(table: ChartTable, style: Style): number {
  const columns = [...table.left, ...table.right];
  const taken = columns.reduce((sum, column) => sum + widthOf(column) + GAP, 2);
  return style.width - taken;
}

function withoutNextColumn(table: ChartTable): ChartTable | undefined {
  const next = [...table.left, ...table.right]
    .filter((column) => column.leavesAt !== undefined)
    .sort((a, b) => (a.leavesAt ?? 0) - (b.leavesAt ?? 0))[0];
  if (next === undefined) return undefined;
  const stays = (column: ChartColumn): boolean => column !== next;
  return { ...table, left: table.left.filter(stays), right: table.right.filter(stays) };
}

function layOut(column: ChartColumn, style: Style): { title: string; cell: (row: number) => string } {
  const width = widthOf(column);
  return {
    title: pad(column.title ?? '', width, column.align),
    cell: (row) => {
      const text = pad(truncate(column.cells[row] ?? '', width, style.symbols.ellipsis), width, column.align);
      return column.paint?.(text, row) ?? text;
    },
  };
}
