import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { PUBLISHED_DATES_TABLE } from './definition.ts';
import { toAttributes } from './item.ts';
import type { Tables } from './tables.ts';

/** The right to write the items of a date: from `PublishedDates.begin` until another writer begins. */
export interface Fence {
  readonly date: string;
  /** As it was announced. */
  readonly writer: string;
  /** Names each write, so that a repeat is known for one; at most 36 characters. */
  readonly uniqueId: () => string;
}

/** Goes with every write: fails as soon as another writer has begun. */
export function fenceCheck(tables: Tables, { date, writer }: Fence): TransactWriteItem {
  return {
    ConditionCheck: {
      TableName: tables.nameOf(PUBLISHED_DATES_TABLE),
      Key: toAttributes({ date }),
      ConditionExpression: '#writer = :writer',
      ExpressionAttributeNames: { '#writer': 'writer' },
      ExpressionAttributeValues: toAttributes({ ':writer': writer }),
    },
  };
}
