import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { LEDGER_TABLE, type Item, type ItemValue } from './definition.ts';
import { attempt, conditionFailed } from './failures.ts';
import { fromAttributes, toAttributes, type Attributes } from './item.ts';
import { toLedgerItem, type LedgerItem } from './ledger-item.ts';
import type { Tables } from './tables.ts';

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Attributes;
}

/** The few conditional writes that the ledger rests on. Each returns `false` if its condition failed. */
export class LedgerStore {
  readonly #tables: Tables;
  readonly #table: string;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#table = tables.nameOf(LEDGER_TABLE);
  }

  async get(filename: string): Promise<LedgerItem | undefined> {
    const { Item: found } = await attempt(this.#tables, `read the table ${this.#table}`, () =>
      this.#tables.client.send(
        new GetItemCommand({ TableName: this.#table, Key: toAttributes({ filename }), ConsistentRead: true }),
      ),
    );
    return found === undefined ? undefined : toLedgerItem(fromAttributes(found));
  }

  /** Sets attributes if nobody has claimed, beaten, released or finished the file since it was read. */
  updateIfUnchanged(filename: string, seen: LedgerItem | undefined, changes: Item): Promise<boolean> {
    const condition = unchanged(seen);
    const names = { ...condition.ExpressionAttributeNames };
    const values: Record<string, ItemValue> = {};
    const sets = Object.entries(changes).map(([name, value], index) => {
      names[`#set${String(index)}`] = name;
      values[`:set${String(index)}`] = value;
      return `#set${String(index)} = :set${String(index)}`;
    });
    return this.#write(() =>
      this.#tables.client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: toAttributes({ filename }),
          UpdateExpression: `SET ${sets.join(', ')}`,
          ConditionExpression: condition.ConditionExpression,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ...condition.ExpressionAttributeValues, ...toAttributes(values) },
        }),
      ),
    );
  }

  /** Updates the claim itself while it is mine. `#owner` names the owner attribute. */
  updateIfMine(filename: string, epoch: number, update: string, values: Item): Promise<boolean> {
    const condition = mine(epoch);
    const names = update.includes('#owner') ? { '#owner': 'owner' } : {};
    return this.#write(() =>
      this.#tables.client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: toAttributes({ filename }),
          UpdateExpression: update,
          ConditionExpression: condition.ConditionExpression,
          ExpressionAttributeNames: { ...condition.ExpressionAttributeNames, ...names },
          ExpressionAttributeValues: { ...condition.ExpressionAttributeValues, ...toAttributes(values) },
        }),
      ),
    );
  }

  /** Replaces the whole item while the claim is mine. */
  replaceIfMine(epoch: number, item: Item): Promise<boolean> {
    return this.#put(item, mine(epoch));
  }

  /** Replaces the whole item if nobody has touched its claim since it was read. */
  replaceIfUnchanged(seen: LedgerItem | undefined, item: Item): Promise<boolean> {
    return this.#put(item, unchanged(seen));
  }

  /** Removes the whole item while the claim is mine. */
  deleteIfMine(filename: string, epoch: number): Promise<boolean> {
    return this.#write(() =>
      this.#tables.client.send(
        new DeleteItemCommand({ TableName: this.#table, Key: toAttributes({ filename }), ...mine(epoch) }),
      ),
    );
  }

  #put(item: Item, condition: Condition): Promise<boolean> {
    const both = notNewer(condition, item['log_number']);
    return this.#write(() =>
      this.#tables.client.send(
        new PutItemCommand({ TableName: this.#table, Item: toAttributes(item), ...both }),
      ),
    );
  }

  async #write(send: () => Promise<unknown>): Promise<boolean> {
    try {
      await attempt(this.#tables, `write to the table ${this.#table}`, send);
      return true;
    } catch (error) {
      if (conditionFailed(error)) return false;
      throw error;
    }
  }
}

function mine(epoch: number): Condition {
  return {
    ConditionExpression: 'epoch = :epoch AND #status = :processing',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: toAttributes({ ':epoch': epoch, ':processing': 'processing' }),
  };
}

/** The condition, and that the item holds no outcome of a later log entry. */
function notNewer(condition: Condition, logNumber: ItemValue | undefined): Condition {
  const known = typeof logNumber === 'number';
  return {
    ...condition,
    ConditionExpression:
      `${condition.ConditionExpression} AND (attribute_not_exists(log_number) ` +
      `OR attribute_type(log_number, :null)${known ? ' OR log_number <= :log_number' : ''})`,
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ...toAttributes({ ':null': 'NULL', ...(known ? { ':log_number': logNumber } : {}) }),
    },
  };
}

/** `status`, `epoch` and `lease_until` together change with every claim, beat, release and finish. */
function unchanged(seen: LedgerItem | undefined): Condition {
  if (seen === undefined) {
    return {
      ConditionExpression: 'attribute_not_exists(#filename)',
      ExpressionAttributeNames: { '#filename': 'filename' },
    };
  }
  const lease = seen.lease_until;
  return {
    ConditionExpression: `epoch = :epoch AND #status = :status AND ${
      lease === undefined ? 'attribute_not_exists(lease_until)' : 'lease_until = :lease'
    }`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: toAttributes({
      ':epoch': seen.epoch,
      ':status': seen.status,
      ...(lease === undefined ? {} : { ':lease': lease }),
    }),
  };
}
