import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from './definition.ts';
import { attempt } from './failures.ts';
import type { Attributes } from './item.ts';
import type { Tables } from './tables.ts';

/** How many items each partition of a table holds; only their keys are read. */
export async function countByPartition(
  tables: Tables,
  definition: TableDefinition,
): Promise<ReadonlyMap<string, number>> {
  const table = tables.nameOf(definition);
  const { name } = definition.partitionKey;
  const counts = new Map<string, number>();
  let from: Attributes | undefined;
  do {
    const page = await attempt(tables, `read the table ${table}`, () =>
      tables.client.send(
        new ScanCommand({
          TableName: table,
          ConsistentRead: true,
          ProjectionExpression: '#partition',
          ExpressionAttributeNames: { '#partition': name },
          ExclusiveStartKey: from,
        }),
      ),
    );
    for (const item of page.Items ?? []) {
      const partition = item[name]?.S ?? item[name]?.N ?? '';
      counts.set(partition, (counts.get(partition) ?? 0) + 1);
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return counts;
}
