import { TransactWriteItemsCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { attempt, conditionFailed, whileThrottled } from './failures.ts';
import { fenceCheck, type Fence } from './fence.ts';
import { attributesBytes } from './item-limits.ts';
import type { Changes } from './plan-items.ts';
import type { Tables } from './tables.ts';

/** DynamoDB's limit for one transaction, less the check of the fence. */
const MAX_CHANGES = 99;
/** Below DynamoDB's 4 MiB: keys and the date's marker count too. */
const MAX_BYTES = 4_000_000;

/**
 * Makes every change while the fence holds. What was written before a failure stays: the next comparison
 * finds it.
 *
 * @returns `false` if another writer has begun: from then on nothing was written
 * @throws TablesConfigError, TablesUnavailableError
 */
export async function writeFenced(
  tables: Tables,
  table: string,
  { puts, deletes }: Changes,
  fence: Fence,
  signal?: AbortSignal,
): Promise<boolean> {
  const changes: Change[] = [
    ...puts.map((Item) => ({ bytes: attributesBytes(Item), action: { Put: { TableName: table, Item } } })),
    ...deletes.map((Key) => ({ bytes: attributesBytes(Key), action: { Delete: { TableName: table, Key } } })),
  ];
  for (const group of groups(changes)) {
    if (!(await writeGroup(tables, table, group, fence, signal))) return false;
  }
  return true;
}

interface Change {
  readonly bytes: number;
  readonly action: TransactWriteItem;
}

/** In order, each as large as one transaction can be. */
function* groups(changes: readonly Change[]): Generator<readonly TransactWriteItem[]> {
  let group: TransactWriteItem[] = [];
  let total = 0;
  for (const { bytes, action } of changes) {
    if (group.length === MAX_CHANGES || total + bytes > MAX_BYTES) {
      yield group;
      group = [];
      total = 0;
    }
    group.push(action);
    total += bytes;
  }
  if (group.length > 0) yield group;
}

async function writeGroup(
  tables: Tables,
  table: string,
  changes: readonly TransactWriteItem[],
  fence: Fence,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const command = new TransactWriteItemsCommand({
    TransactItems: [...changes, fenceCheck(tables, fence)],
    // The same for every repeat: one whose first try was made is answered, not made again.
    ClientRequestToken: fence.uniqueId(),
  });
  const write = (): Promise<unknown> =>
    attempt(
      tables,
      `write to the table ${table}`,
      () => tables.client.send(command, signal === undefined ? {} : { abortSignal: signal }),
      signal,
    );
  try {
    await whileThrottled(tables, write, signal);
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}
