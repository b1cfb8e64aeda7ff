import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { TablesUnavailableError } from './errors.ts';
import { attempt, whileThrottled } from './failures.ts';
import type { Changes } from './plan-items.ts';
import type { Tables } from './tables.ts';

/** DynamoDB's limit for one call. */
const BATCH_ITEMS = 25;

/**
 * Makes every change, or throws. What was written before a failure stays: the next comparison finds it.
 *
 * @throws TablesUnavailableError if DynamoDB keeps refusing some of the items
 */
export async function writeChanges(
  tables: Tables,
  table: string,
  { puts, deletes }: Changes,
  signal?: AbortSignal,
): Promise<void> {
  const requests: WriteRequest[] = [
    ...puts.map((Item) => ({ PutRequest: { Item } })),
    ...deletes.map((Key) => ({ DeleteRequest: { Key } })),
  ];
  for (let start = 0; start < requests.length; start += BATCH_ITEMS) {
    await writeBatch(tables, table, requests.slice(start, start + BATCH_ITEMS), signal);
  }
}

/** The SDK retries whole calls, but not the items that a successful call did not take. */
async function writeBatch(
  tables: Tables,
  table: string,
  requests: readonly WriteRequest[],
  signal: AbortSignal | undefined,
): Promise<void> {
  let pending = [...requests];
  const writeOnce = async (): Promise<void> => {
    const answer = await attempt(
      tables,
      `write to the table ${table}`,
      () =>
        tables.client.send(
          new BatchWriteItemCommand({ RequestItems: { [table]: pending } }),
          signal === undefined ? {} : { abortSignal: signal },
        ),
      signal,
    );
    pending = answer.UnprocessedItems?.[table] ?? [];
    if (pending.length > 0) throw refused(tables, table, pending.length, requests.length);
  };
  await whileThrottled(tables, writeOnce, signal);
}

function refused(tables: Tables, table: string, left: number, of: number): TablesUnavailableError {
  return new TablesUnavailableError(
    `DynamoDB did not take ${String(left)} of ${String(of)} items for the table ${table} (${tables.location}).`,
    'throttled',
    {
      hint: 'The table is being throttled. Run again in a few minutes: only what is missing will be written.',
    },
  );
}
