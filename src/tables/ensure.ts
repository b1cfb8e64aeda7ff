import { CreateTableCommand, DescribeTableCommand, type TableDescription } from '@aws-sdk/client-dynamodb';
import pRetry from 'p-retry';
import { together } from '../together.ts';
import { keyAttributes, LEDGER_TABLE, PUBLISHED_DATES_TABLE, type TableDefinition } from './definition.ts';
import { TableMismatchError, TablesUnavailableError } from './errors.ts';
import { attempt, isNamed } from './failures.ts';
import { PublishedDates } from './published-dates.ts';
import type { Tables } from './tables.ts';

/** DynamoDB makes or deletes a table in seconds; past this, somebody should look. */
const TRANSITION_MS = 120_000;

/** A table is still being created, changed or deleted. */
class InTransition extends Error {}

/**
 * Makes sure that every table exists with the right keys and can be used.
 *
 * An empty KPI table beside markers that say "published" would stay empty. So if any KPI table is absent
 * or not ready yet, the markers are taken back first and the table is created after that: a crash in
 * between leaves the table absent, and the next run begins again. Keys are compared before anything is
 * written.
 *
 * @returns names, prefix included, of the tables that this call created
 * @throws TableMismatchError, TablesConfigError, TablesUnavailableError
 */
export async function ensureTables(
  tables: Tables,
  definitions: readonly TableDefinition[],
  /** Called each time just before a table is made: who needs to know must, even if we die then. */
  beforeCreating: (definition: TableDefinition) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly created: readonly string[] }> {
  const found = await Promise.all(
    definitions.map(async (definition) => ({ definition, table: await describe(tables, definition) })),
  );
  for (const { definition, table } of found) assertKeys(tables, definition, table);
  const markersLie = found.some(({ definition, table }) => isKpi(definition) && isEmptyOrGoing(table));
  if (markersLie && (await existsReady(tables, PUBLISHED_DATES_TABLE))) {
    await new PublishedDates(tables).invalidate();
  }
  const unready = found.filter(({ table }) => table === undefined || !isUsable(table));
  const created = await together(
    unready.map(({ definition }) => ensureTable(tables, definition, beforeCreating)),
  );
  return { created: created.filter((name) => name !== undefined) };
}

function isKpi({ name }: TableDefinition): boolean {
  return name !== LEDGER_TABLE.name && name !== PUBLISHED_DATES_TABLE.name;
}

function isEmptyOrGoing(table: TableDescription | undefined): boolean {
  return table === undefined || table.TableStatus === 'CREATING' || table.TableStatus === 'DELETING';
}

/** The name if it had to be created. Repeats while others create or delete the same table. */
async function ensureTable(
  tables: Tables,
  definition: TableDefinition,
  beforeCreating: (definition: TableDefinition) => Promise<void>,
): Promise<string | undefined> {
  const name = tables.nameOf(definition);
  let created: string | undefined;
  await poll(tables, name, async () => {
    const table = await describe(tables, definition);
    if (table === undefined) {
      await beforeCreating(definition);
      if (await create(tables, definition)) created = name;
      throw new InTransition();
    }
    assertKeys(tables, definition, table);
    if (!isUsable(table)) throw new InTransition();
  });
  return created;
}

/** Waits until the table is either usable or gone. */
async function existsReady(tables: Tables, definition: TableDefinition): Promise<boolean> {
  return poll(tables, tables.nameOf(definition), async () => {
    const table = await describe(tables, definition);
    if (table !== undefined && !isUsable(table)) throw new InTransition();
    return table !== undefined;
  });
}

function isUsable({ TableStatus: status }: TableDescription): boolean {
  // A table that is being changed serves reads and writes all the while.
  return status === 'ACTIVE' || status === 'UPDATING';
}

/** `undefined` if there is no such table. */
export async function describe(
  tables: Tables,
  definition: TableDefinition,
): Promise<TableDescription | undefined> {
  const name = tables.nameOf(definition);
  return attempt(tables, `look up the table ${name}`, async () => {
    try {
      return (await tables.client.send(new DescribeTableCommand({ TableName: name }))).Table;
    } catch (error) {
      if (isNamed(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  });
}

/** `false` if somebody else is creating or deleting it. */
async function create(tables: Tables, definition: TableDefinition): Promise<boolean> {
  const name = tables.nameOf(definition);
  const keys = keyAttributes(definition);
  return attempt(tables, `create the table ${name}`, async () => {
    try {
      await tables.client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: keys.map((key) => ({ AttributeName: key.name, AttributeType: key.type })),
          KeySchema: keys.map((key, index) => ({
            AttributeName: key.name,
            KeyType: index === 0 ? 'HASH' : 'RANGE',
          })),
        }),
      );
      return true;
    } catch (error) {
      if (isNamed(error, 'ResourceInUseException')) return false;
      throw error;
    }
  });
}

async function poll<T>(tables: Tables, name: string, look: () => Promise<T>): Promise<T> {
  try {
    return await pRetry(look, {
      retries: Infinity,
      minTimeout: tables.patience.firstDelayMs,
      maxTimeout: tables.patience.maxDelayMs,
      maxRetryTime: TRANSITION_MS,
      randomize: true,
      shouldRetry: ({ error }) => error instanceof InTransition,
    });
  } catch (error) {
    if (!(error instanceof InTransition)) throw error;
    throw new TablesUnavailableError(
      `The table ${name} was not ready after ${String(TRANSITION_MS / 1000)} s (${tables.location}).`,
      'unreachable',
      { hint: 'Look at its status in DynamoDB; when it is ACTIVE or gone, run again.', cause: error },
    );
  }
}

/** @throws TableMismatchError */
export function assertKeys(
  tables: Tables,
  definition: TableDefinition,
  table: TableDescription | undefined,
): void {
  if (table === undefined || table.TableStatus === 'DELETING') return;
  const required = keyAttributes(definition)
    .map(({ name, type }, index) => `${name} (${type}, ${index === 0 ? 'partition' : 'sort'})`)
    .join(', ');
  const types = new Map(table.AttributeDefinitions?.map((a) => [a.AttributeName, a.AttributeType]));
  const found = [...(table.KeySchema ?? [])]
    .sort((a) => (a.KeyType === 'HASH' ? -1 : 1))
    .map(
      (key) =>
        `${key.AttributeName ?? '?'} (${types.get(key.AttributeName) ?? '?'}, ${key.KeyType === 'HASH' ? 'partition' : 'sort'})`,
    )
    .join(', ');
  if (found !== required) throw new TableMismatchError(tables.nameOf(definition), found, required);
}
