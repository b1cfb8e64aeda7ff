import { displayWidth } from './display-width.ts';
import type { TableColumn } from './table.ts';

/** Blanks between two columns. */
export const GAP = 2;

/** A column of which cells wider than `keeps` stand alone. */
export interface FittedColumn extends TableColumn {
  readonly keeps?: number;
}

interface Step {
  readonly at: number;
  readonly column: FittedColumn;
  /** What the column becomes; empty if it leaves. */
  readonly becomes: readonly FittedColumn[];
}

/** Of the cells that do not stand alone. */
export function ownWidth({ title, cells, keeps = Infinity }: FittedColumn): number {
  const widths = cells.map(displayWidth).filter((width) => width <= keeps);
  return widths.reduce((a, b) => Math.max(a, b), displayWidth(title));
}

export const totalWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, each) => sum + each + GAP, -GAP);

/** Shortens, wraps and leaves out as much as it takes to keep within the width. */
export function giveWay(columns: readonly FittedColumn[], width: number): readonly FittedColumn[] {
  const excess = totalWidth(columns.map(ownWidth)) - width;
  if (excess <= 0) return columns;
  const steps = columns.flatMap((column) => stepsOf(column, ownWidth(column) - excess));
  const [next] = steps.toSorted((a, b) => a.at - b.at);
  if (next === undefined) return columns;
  return giveWay(
    columns.flatMap((column) => (column === next.column ? next.becomes : [column])),
    width,
  );
}

/** @param room what the column may take beside the others */
function stepsOf(column: FittedColumn, room: number): readonly Step[] {
  const { shorter, wraps, leavesAt, ...rest } = column;
  const leaves = leavesAt === undefined ? {} : { leavesAt };
  return [
    ...(shorter === undefined
      ? []
      : [{ at: shorter.at, column, becomes: [{ ...rest, ...leaves, cells: shorter.cells }] }]),
    ...(wraps === undefined
      ? []
      : [{ at: wraps.at, column, becomes: [{ ...rest, ...leaves, keeps: Math.max(wraps.keeps, room) }] }]),
    ...(leavesAt === undefined ? [] : [{ at: leavesAt, column, becomes: [] }]),
  ];
}
