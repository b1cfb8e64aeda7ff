/** An item that DynamoDB cannot hold, and why. */
export interface SkippedItem {
  /** The table's name in DynamoDB. */
  readonly table: string;
  readonly key: Readonly<Record<string, string | number>>;
  readonly reason: string;
}

/** What it took to make a partition of a table hold the wanted items. */
export interface SyncResult {
  readonly written: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly skipped: readonly SkippedItem[];
}
