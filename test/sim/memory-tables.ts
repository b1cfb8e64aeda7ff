import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { keyAttributes, type TableDefinition } from '../../src/tables/definition.ts';
import type { Tables } from '../../src/tables/tables.ts';
import type { MemoryDynamodb } from './memory-dynamodb.ts';
import { direct, type Step } from './step.ts';

const READS = new Set(['GetItemCommand', 'QueryCommand', 'ScanCommand', 'DescribeTableCommand']);

/** One runner's connection: what it sends passes through its step. Nobody waits between two tries. */
export function memoryTables(dynamodb: MemoryDynamodb, step: Step = direct, tablePrefix = ''): Tables {
  const send = async (
    command: { readonly input: object },
    { abortSignal }: { readonly abortSignal?: AbortSignal } = {},
  ): Promise<unknown> => {
    const operation = command.constructor.name;
    const call = {
      port: 'table',
      operation: operation.replace('Command', ''),
      subject: subjectOf(command.input),
      writes: !READS.has(operation),
    } as const;
    abortSignal?.throwIfAborted();
    const answer = await step(call, () => dynamodb.execute(command));
    abortSignal?.throwIfAborted();
    return answer;
  };
  return {
    // Nothing but `send` is used of the SDK's client.
    client: { send } as unknown as DynamoDBClient,
    region: () => Promise.resolve('memory'),
    location: 'memory',
    patience: { retries: 3, firstDelayMs: 0, maxDelayMs: 0, totalMs: 60_000 },
    embedded: undefined,
    nameOf: ({ name }) => `${tablePrefix}${name}`,
    close: () => Promise.resolve(),
  };
}

function subjectOf(input: object): string {
  const { TableName, Key, Item, RequestItems, TransactItems } = input as Record<string, unknown>;
  if (RequestItems !== undefined) return Object.keys(RequestItems as object).join();
  if (Array.isArray(TransactItems)) {
    const first = (TransactItems.at(-1) ?? {}) as Record<string, { readonly TableName?: string }>;
    return `${String(Object.values(first)[0]?.TableName)} x${TransactItems.length}`;
  }
  const key = Key ?? Item;
  const names = Object.values((key ?? {}) as Record<string, { readonly S?: string }>);
  return [String(TableName), names[0]?.S ?? ''].join(' ').trim();
}

export function makeTables(dynamodb: MemoryDynamodb, definitions: readonly TableDefinition[]): void {
  for (const definition of definitions) {
    const keys = keyAttributes(definition);
    dynamodb.execute(
      new CreateTableCommand({
        TableName: definition.name,
        AttributeDefinitions: keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
        KeySchema: keys.map(({ name }, index) => ({
          AttributeName: name,
          KeyType: index === 0 ? 'HASH' : 'RANGE',
        })),
      }),
    );
  }
}
