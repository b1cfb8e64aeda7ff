import type { Item, TableDefinition } from './definition.ts';
import { keyProblem } from './item-limits.ts';
import { planChanges, sortOut } from './plan-items.ts';
import { queryPartition } from './query.ts';
import type { SyncResult } from './sync-result.ts';
import type { Tables } from './tables.ts';
import { writeChanges } from './write-batches.ts';

/**
 * Makes one partition hold exactly these items, writing only what differs: a read costs a fraction of a
 * write. An item that DynamoDB cannot hold is skipped, and an older item under its key is deleted, so
 * that no chart mixes an old row with new ones.
 *
 * Comparing (`planChanges`) and writing (`writeChanges`) are separate so that writes can be made
 * conditional on the date's fence without touching the comparison.
 *
 * @throws InvalidItemsError, TablesConfigError, TablesUnavailableError
 */
export async function syncItems(
  tables: Tables,
  definition: TableDefinition,
  partition: string | number,
  items: readonly Item[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<SyncResult> {
  const table = tables.nameOf(definition);
  const wanted = sortOut(table, definition, partition, items);
  // Such a partition can hold nothing, and DynamoDB refuses to be asked about it.
  if (keyProblem(definition.partitionKey, partition, 'partition') !== undefined) {
    return { written: 0, deleted: 0, unchanged: 0, skipped: wanted.skipped };
  }
  const present = await queryPartition(tables, definition, partition, options.signal);
  const changes = planChanges(definition, present, wanted.items);
  await writeChanges(tables, table, changes, options.signal);
  return {
    written: changes.puts.length,
    deleted: changes.deletes.length,
    unchanged: changes.unchanged,
    skipped: wanted.skipped,
  };
}
