import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  ScanCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { holds, orderOf, type Attributes, type Placeholders, updated } from './expressions.ts';

interface Table {
  readonly keys: readonly string[];
  readonly types: Readonly<Record<string, string>>;
  /** By partition, then by the whole key as text. */
  readonly partitions: Map<string, ReadonlyMap<string, Attributes>>;
  /** What reads see that are not consistent: how it was before the last write to the partition. */
  readonly stale: Map<string, ReadonlyMap<string, Attributes>>;
}

export interface ItemChange {
  readonly table: string;
  readonly key: Attributes;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
}

type Change = Pick<ItemChange, 'table' | 'key' | 'after'>;

const NOTHING: ReadonlyMap<string, Attributes> = new Map();
/** Within it, a transaction that is sent again with its token is not done again. */
const TOKEN_MS = 10 * 60 * 1000;

/** DynamoDB in memory: the commands that the tables send. Every command happens at once and as a whole. */
export class MemoryDynamodb {
  readonly #tables = new Map<string, Table>();
  readonly #tokens = new Map<string, number>();
  readonly #nowMs: () => number;
  /** Told after every change of an item. */
  onChange: (change: ItemChange) => void = () => undefined;

  constructor(nowMs: () => number = Date.now, from?: MemoryDynamodb) {
    this.#nowMs = nowMs;
    for (const [name, table] of from === undefined ? [] : from.#tables) {
      this.#tables.set(name, {
        ...table,
        partitions: new Map(table.partitions),
        stale: new Map(table.stale),
      });
    }
    for (const [token, at] of from === undefined ? [] : from.#tokens) this.#tokens.set(token, at);
  }

  /** @throws as the SDK does: errors are told apart by their names */
  execute(command: unknown): unknown {
    if (command instanceof GetItemCommand) return this.#get(command.input);
    if (command instanceof QueryCommand) return this.#query(command.input);
    if (command instanceof ScanCommand) return this.#scan(command.input);
    if (command instanceof TransactWriteItemsCommand) return this.#transact(command.input);
    if (command instanceof BatchWriteItemCommand) return this.#batch(command.input);
    if (command instanceof DescribeTableCommand) return this.#describe(command.input.TableName ?? '');
    if (command instanceof CreateTableCommand) return this.#create(command.input);
    if (command instanceof DeleteTableCommand) return this.drop(command.input.TableName ?? '');
    const write =
      command instanceof PutItemCommand
        ? { Put: command.input }
        : command instanceof UpdateItemCommand
          ? { Update: command.input }
          : command instanceof DeleteItemCommand
            ? { Delete: command.input }
            : undefined;
    if (write === undefined) throw new TypeError(`the tables in memory do not know ${String(command)}`);
    const change = this.#planned(write);
    if (change === undefined)
      throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
    this.#apply(change);
    return {};
  }

  item(table: string, key: Attributes): Attributes | undefined {
    const found = this.#tables.get(table);
    return found?.partitions.get(partitionOf(found, key))?.get(keyText(found, key));
  }

  items(table: string, partition?: Attributes): readonly Attributes[] {
    const found = this.#tables.get(table);
    if (found === undefined) return [];
    const partitions =
      partition === undefined
        ? [...found.partitions.values()]
        : [found.partitions.get(partitionOf(found, partition)) ?? NOTHING];
    return partitions.flatMap((items) => [...items.values()]);
  }

  has(table: string): boolean {
    return this.#tables.has(table);
  }

  /** Deletes a table with all that is in it. */
  drop(name: string): Record<string, never> {
    this.#table(name);
    this.#tables.delete(name);
    return {};
  }

  #table(name: string | undefined): Table {
    const table = this.#tables.get(name ?? '');
    if (table === undefined)
      throw new ResourceNotFoundException({
        message: `Requested resource not found: ${String(name)}`,
        $metadata: {},
      });
    return table;
  }

  #describe(name: string): unknown {
    const { keys, types } = this.#table(name);
    return {
      Table: {
        TableName: name,
        TableStatus: 'ACTIVE',
        KeySchema: keys.map((key, index) => ({
          AttributeName: key,
          KeyType: index === 0 ? 'HASH' : 'RANGE',
        })),
        AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: types[key] })),
      },
    };
  }

  #create({ TableName: name = '', KeySchema, AttributeDefinitions }: CreateTableCommand['input']): unknown {
    if (this.#tables.has(name))
      throw new ResourceInUseException({ message: `Table already exists: ${name}`, $metadata: {} });
    const keys = (KeySchema ?? []).map(({ AttributeName }) => AttributeName ?? '');
    const types = Object.fromEntries(
      (AttributeDefinitions ?? []).map((of) => [of.AttributeName ?? '', of.AttributeType ?? '']),
    );
    this.#tables.set(name, { keys, types, partitions: new Map(), stale: new Map() });
    return {};
  }

  #view(table: Table, consistent: boolean | undefined): ReadonlyMap<string, ReadonlyMap<string, Attributes>> {
    return consistent === true ? table.partitions : new Map([...table.partitions, ...table.stale]);
  }

  #get({ TableName, Key = {}, ConsistentRead }: GetItemCommand['input']): unknown {
    const table = this.#table(TableName);
    const Item = this.#view(table, ConsistentRead).get(partitionOf(table, Key))?.get(keyText(table, Key));
    return Item === undefined ? {} : { Item };
  }

  #query(input: QueryCommand['input']): unknown {
    const table = this.#table(input.TableName);
    const [partition = '', sort = ''] = table.keys;
    const found: Attributes[] = [];
    for (const items of this.#view(table, input.ConsistentRead).values()) {
      for (const item of items.values()) {
        const key = { [partition]: item[partition] ?? { S: '' } };
        if (holds(input.KeyConditionExpression, input, key)) found.push(item);
      }
    }
    const order = (a: Attributes, b: Attributes): number =>
      orderOf(a[sort] ?? { S: '' }, b[sort] ?? { S: '' }) ?? 0;
    return { Items: found.sort(order) };
  }

  #scan({ TableName, ConsistentRead }: ScanCommand['input']): unknown {
    const table = this.#table(TableName);
    const Items = [...this.#view(table, ConsistentRead).values()].flatMap((items) => [...items.values()]);
    return { Items };
  }

  #batch({ RequestItems = {} }: BatchWriteItemCommand['input']): unknown {
    const changes = Object.entries(RequestItems).flatMap(([TableName, requests]) =>
      requests.map(({ PutRequest, DeleteRequest }) =>
        PutRequest === undefined
          ? this.#planned({ Delete: { TableName, Key: DeleteRequest?.Key } })
          : this.#planned({ Put: { TableName, Item: PutRequest.Item } }),
      ),
    );
    for (const change of changes) if (change !== undefined) this.#apply(change);
    return {};
  }

  #transact({ TransactItems = [], ClientRequestToken: token }: TransactWriteItemsCommand['input']): unknown {
    const done = this.#tokens.get(token ?? '');
    if (done !== undefined && this.#nowMs() - done < TOKEN_MS) return {};
    const planned = TransactItems.map((write) => this.#planned(write));
    if (planned.includes(undefined)) {
      const CancellationReasons = planned.map((change) => ({
        Code: change === undefined ? 'ConditionalCheckFailed' : 'None',
      }));
      throw new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons });
    }
    for (const change of planned) if (change !== undefined) this.#apply(change);
    if (token !== undefined) this.#tokens.set(token, this.#nowMs());
    return {};
  }

  /** undefined if its condition does not hold. */
  #planned({ ConditionCheck, Delete, Put, Update }: Partial<Loose>): Change | undefined {
    const input: LooseWrite = Put ?? Update ?? Delete ?? ConditionCheck ?? {};
    const name = input.TableName ?? '';
    const table = this.#table(name);
    const source = Put?.Item ?? input.Key ?? {};
    const key = Object.fromEntries(table.keys.map((part) => [part, source[part] ?? { S: '' }]));
    const there = this.item(name, key);
    if (!holds(input.ConditionExpression, input, there)) return undefined;
    const change = { table: name, key };
    if (Put !== undefined) return { ...change, after: Put.Item };
    if (Update !== undefined)
      return { ...change, after: updated(Update.UpdateExpression ?? '', Update, there ?? key) };
    return { ...change, after: Delete === undefined ? there : undefined };
  }

  #apply({ table: name, key, after }: Change): void {
    const table = this.#table(name);
    const partition = partitionOf(table, key);
    const items = table.partitions.get(partition) ?? NOTHING;
    const before = items.get(keyText(table, key));
    if (before === after) return;
    const next = new Map(items);
    if (after === undefined) next.delete(keyText(table, key));
    else next.set(keyText(table, key), after);
    table.stale.set(partition, items);
    table.partitions.set(partition, next);
    this.onChange({ table: name, key, before, after });
  }
}

interface LooseWrite extends Placeholders {
  readonly TableName?: string | undefined;
  readonly Key?: Attributes | undefined;
  readonly Item?: Attributes | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
}
type Loose = Readonly<Record<keyof TransactWriteItem, LooseWrite | undefined>>;

const partitionOf = ({ keys }: Table, key: Attributes): string => valueText(key[keys[0] ?? '']);
const keyText = ({ keys }: Table, key: Attributes): string =>
  keys.map((name) => valueText(key[name])).join('\0');
const valueText = (value: Attributes[string] | undefined): string =>
  value?.S ?? (value?.N === undefined ? '' : String(Number(value.N)));
