import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Item, TableDefinition } from './definition.ts';
import { attempt } from './failures.ts';
import { fromAttributes, toAttributes, type Attributes } from './item.ts';
import type { Tables } from './tables.ts';

/** Every item of one partition, in the order of the sort key, read consistently. */
export async function readItems(
  tables: Tables,
  definition: TableDefinition,
  partition: string | number,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Item[]> {
  const attributes = await queryPartition(tables, definition, partition, options.signal);
  return attributes.map(fromAttributes);
}

/** The same as they are on the wire. */
export async function queryPartition(
  tables: Tables,
  definition: TableDefinition,
  partition: string | number,
  signal?: AbortSignal,
): Promise<Attributes[]> {
  const table = tables.nameOf(definition);
  const found: Attributes[] = [];
  let from: Attributes | undefined;
  // A page ends after 1 MB, so an answer without items can still be followed by others.
  do {
    const page = await attempt(
      tables,
      `read the table ${table}`,
      () =>
        tables.client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: '#partition = :partition',
            ExpressionAttributeNames: { '#partition': definition.partitionKey.name },
            ExpressionAttributeValues: toAttributes({ ':partition': partition }),
            ConsistentRead: true,
            ExclusiveStartKey: from,
          }),
          signal === undefined ? {} : { abortSignal: signal },
        ),
      signal,
    );
    found.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return found;
}
