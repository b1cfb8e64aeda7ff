/** What kind of rows a source file holds. */
export const DATASETS = ['users', 'songs', 'streams'] as const;
export type Dataset = (typeof DATASETS)[number];

/** How a column's text is judged and stored. Every value is trimmed of surrounding blanks first. */
export type ColumnRule =
  /** Kept as it is. Ids are text: `007` is not `7`. */
  | { readonly type: 'text' }
  /** Decimal digits with an optional minus; `min` and `max` inclusive. */
  | { readonly type: 'integer'; readonly min?: number; readonly max?: number }
  | { readonly type: 'decimal' }
  | { readonly type: 'boolean' }
  /** `YYYY-MM-DD`, or a time as below; stored as a time in UTC. */
  | { readonly type: 'date-or-time' }
  /**
   * `YYYY-MM-DD hh:mm:ss`, or ISO 8601 with `T`, a fraction (cut), `Z` or an offset. Stored in UTC.
   * `notBefore` is a date; `maxDaysAhead` is counted from the source file's last modification.
   */
  | { readonly type: 'time'; readonly notBefore?: string; readonly maxDaysAhead?: number };

export type Column = ColumnRule & {
  /** Case-sensitive; mapped by the header's name, never by position. */
  readonly name: string;
  /** A required column must be in the header, and its value present and valid in every row. */
  readonly required: boolean;
};

/** A dataset's columns and row rules, as data. */
export interface Contract {
  readonly dataset: Dataset;
  readonly columns: readonly Column[];
  /** Rises whenever the verdict on any row can change; recorded in every log entry. */
  readonly ruleVersion: number;
}
