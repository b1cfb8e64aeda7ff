import { join } from 'node:path';
import { TABLES } from '../../../src/pipeline/session.ts';
import { connectTables } from '../../../src/tables/connect.ts';
import { fromAttributes } from '../../../src/tables/item.ts';
import { scanTable } from '../../../src/tables/scan.ts';

type Item = Readonly<Record<string, unknown>>;

/** Every item of every embedded table of a lake that no process is using, by table. */
export async function itemsOf(lake: string): Promise<ReadonlyMap<string, readonly Item[]>> {
  const tables = await connectTables({ tablePrefix: '', embeddedDirectory: join(lake, '.hitparade') });
  try {
    const items = new Map<string, readonly Item[]>();
    for (const table of TABLES) {
      const found = (await scanTable(tables, table)).map((item) => fromAttributes(item));
      items.set(
        table.name,
        found.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1)),
      );
    }
    return items;
  } finally {
    await tables.close();
  }
}

export const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
