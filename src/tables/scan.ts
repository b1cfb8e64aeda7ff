import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from './definition.ts';
import { attempt } from './failures.ts';
import type { Attributes } from './item.ts';
import type { Tables } from './tables.ts';

/** Every item of a table, in no order, read consistently. For the small tables about files and dates. */
export async function scanTable(tables: Tables, definition: TableDefinition): Promise<Attributes[]> {
  const table = tables.nameOf(definition);
  const found: Attributes[] = [];
  let from: Attributes | undefined;
  do {
    const page = await attempt(tables, `read the table ${table}`, () =>
      tables.client.send(
        new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: from }),
      ),
    );
    found.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return found;
}
