import type { Item, TableDefinition } from './definition.ts';
import type { Fence } from './fence.ts';
import { writeFenced } from './fenced-writes.ts';
import { keyProblem } from './item-limits.ts';
import { planChanges, sortOut } from './plan-items.ts';
import { queryPartition } from './query.ts';
import type { SyncResult } from './sync-result.ts';
import type { Tables } from './tables.ts';

/**
 * Makes the partition of a date hold exactly these items, writing only what differs: a read costs a
 * fraction of a write. An item that DynamoDB cannot hold is skipped, and an older item under its key is
 * deleted, so that no chart mixes an old row with new ones.
 *
 * @returns undefined if another writer has begun to load the date: nothing was written since then
 * @throws InvalidItemsError, TablesConfigError, TablesUnavailableError
 */
export async function syncItems(
  tables: Tables,
  definition: TableDefinition,
  fence: Fence,
  items: readonly Item[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<SyncResult | undefined> {
  const table = tables.nameOf(definition);
  const wanted = sortOut(table, definition, fence.date, items);
  // Such a partition can hold nothing, and DynamoDB refuses to be asked about it.
  if (keyProblem(definition.partitionKey, fence.date, 'partition') !== undefined) {
    return { written: 0, deleted: 0, unchanged: 0, skipped: wanted.skipped };
  }
  // After the fence was set: what an earlier writer wrote before it is seen, and it writes nothing after it.
  const present = await queryPartition(tables, definition, fence.date, options.signal);
  const changes = planChanges(definition, present, wanted.items);
  if (!(await writeFenced(tables, table, changes, fence, options.signal))) return undefined;
  return {
    written: changes.puts.length,
    deleted: changes.deletes.length,
    unchanged: changes.unchanged,
    skipped: wanted.skipped,
  };
}
