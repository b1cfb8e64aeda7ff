export interface KeyAttribute {
  readonly name: string;
  /** As DynamoDB writes it: text or number. */
  readonly type: 'S' | 'N';
}

/** What a table is called, before any prefix, and how its items are found. */
export interface TableDefinition {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  /** Orders the items of one partition. */
  readonly sortKey?: KeyAttribute;
}

/** The key attributes, partition key first. */
export function keyAttributes({ partitionKey, sortKey }: TableDefinition): readonly KeyAttribute[] {
  return sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
}

/** One item a source file: who works on it, and what became of it. */
export const LEDGER_TABLE: TableDefinition = {
  name: 'ProcessedStreams',
  partitionKey: { name: 'filename', type: 'S' },
};

/** One item a date: which version of its charts the KPI tables hold. */
export const PUBLISHED_DATES_TABLE: TableDefinition = {
  name: 'PublishedDates',
  partitionKey: { name: 'date', type: 'S' },
};

export type ItemValue =
  string | number | bigint | boolean | null | readonly string[] | Readonly<Record<string, number | string>>;

/** An item of a table. Integers beyond 2^53 are bigint, others number. */
export type Item = Readonly<Record<string, ItemValue>>;
