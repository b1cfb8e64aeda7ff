import type { Columns, PlanStep, Row } from '../engines/engine.ts';
import type { Item, TableDefinition } from '../tables/definition.ts';

/**
 * A table of results per date. Its last step is named like the KPI and has the column `date` (DATE) beside
 * `columns`. It reads the steps of `sources.ts` and earlier KPIs.
 */
export interface Kpi {
  readonly name: 'daily_genre' | 'top_songs' | 'top_genres';
  /** Folder below `processed/`. */
  readonly folder: string;
  /** What one row is, for people. */
  readonly grain: string;
  /** Columns of the published Parquet files, in their order; the date is in the path. */
  readonly columns: Columns;
  readonly steps: readonly PlanStep[];
  /** Total order of a date's rows. */
  readonly orderBy: readonly string[];
  readonly table: TableDefinition;
  /** Raise it when `toItem` changes: then every date is published again. SQL changes are noticed. */
  readonly itemVersion: number;
  readonly toItem: (date: string, row: Row) => Item;
}
