import { keyAttributes, type Item, type TableDefinition } from './definition.ts';
import { InvalidItemsError } from './errors.ts';
import { itemProblem, sizeProblem } from './item-limits.ts';
import { fingerprint, keyOf, toAttributes, type Attributes } from './item.ts';
import type { SkippedItem } from './sync-result.ts';

/** Items that DynamoDB can hold, by the fingerprint of their key, and those that it cannot. */
export interface Wanted {
  readonly items: ReadonlyMap<string, Attributes>;
  readonly skipped: readonly SkippedItem[];
}

/** What makes a partition hold the wanted items and no others. No key is in it twice. */
export interface Changes {
  readonly puts: readonly Attributes[];
  /** Keys. */
  readonly deletes: readonly Attributes[];
  readonly unchanged: number;
}

/** @throws InvalidItemsError if two items have one key, or an item belongs to another partition */
export function sortOut(
  table: string,
  definition: TableDefinition,
  partition: string | number,
  items: readonly Item[],
): Wanted {
  const wanted = new Map<string, Attributes>();
  const skipped: SkippedItem[] = [];
  for (const item of items) {
    if (item[definition.partitionKey.name] !== partition) {
      throw new InvalidItemsError(
        `An item of ${table} belongs to ${String(plainKey(definition, item)[definition.partitionKey.name])}, but ${String(partition)} is being written.`,
      );
    }
    const invalid = itemProblem(definition, item);
    const attributes = invalid === undefined ? toAttributes(item) : {};
    const reason = invalid ?? sizeProblem(attributes);
    if (reason !== undefined) {
      skipped.push({ table, key: plainKey(definition, item), reason });
      continue;
    }
    const key = fingerprint(keyOf(definition, attributes));
    if (wanted.has(key)) {
      const text = JSON.stringify(plainKey(definition, item));
      throw new InvalidItemsError(`Two items of ${table} have the key ${text}; a key is written once.`);
    }
    wanted.set(key, attributes);
  }
  return { items: wanted, skipped };
}

/** Compares what a partition holds with what it should hold. */
export function planChanges(
  definition: TableDefinition,
  present: readonly Attributes[],
  wanted: ReadonlyMap<string, Attributes>,
): Changes {
  const held = new Map(present.map((item) => [fingerprint(keyOf(definition, item)), item]));
  const puts: Attributes[] = [];
  for (const [key, item] of wanted) {
    const old = held.get(key);
    if (old === undefined || fingerprint(old) !== fingerprint(item)) puts.push(item);
  }
  const deletes = [...held].filter(([key]) => !wanted.has(key)).map(([, item]) => keyOf(definition, item));
  return { puts, deletes, unchanged: wanted.size - puts.length };
}

/** For reports: numbers that JSON would round are written as text. */
function plainKey(definition: TableDefinition, item: Item): Record<string, string | number> {
  const key: Record<string, string | number> = {};
  for (const { name } of keyAttributes(definition)) {
    const value = item[name];
    if (typeof value === 'string' || typeof value === 'number') key[name] = value;
    else key[name] = typeof value === 'bigint' ? value.toString() : JSON.stringify(value ?? null);
  }
  return key;
}
