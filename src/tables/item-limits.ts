import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { parseDecimal } from './decimal.ts';
import type { Item, ItemValue, KeyAttribute, TableDefinition } from './definition.ts';
import type { Attributes } from './item.ts';

/** Bytes; DynamoDB's 400 KB, names of attributes included. */
const MAX_ITEM_BYTES = 400 * 1024;
const MAX_PARTITION_KEY_BYTES = 2048;
const MAX_SORT_KEY_BYTES = 1024;
const MAX_DIGITS = 38;
/** Powers of ten of the leading digit. */
const MAX_MAGNITUDE = 125;
const MIN_MAGNITUDE = -130;

/** Why DynamoDB cannot hold this value as a key, or `undefined` if it can. */
export function keyProblem(
  key: KeyAttribute,
  value: ItemValue | undefined,
  role: 'partition' | 'sort',
): string | undefined {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (key.type === 'N') return isNumber ? undefined : `the key ${key.name} is not a number`;
  if (typeof value !== 'string') return `the key ${key.name} is not text`;
  if (value === '') return `the key ${key.name} is empty`;
  const bytes = Buffer.byteLength(value);
  const max = role === 'partition' ? MAX_PARTITION_KEY_BYTES : MAX_SORT_KEY_BYTES;
  if (bytes <= max) return undefined;
  return `the key ${key.name} has ${String(bytes)} bytes, DynamoDB takes at most ${String(max)}`;
}

/** Why DynamoDB cannot hold this item, or `undefined` if it can. */
export function itemProblem({ partitionKey, sortKey }: TableDefinition, item: Item): string | undefined {
  return (
    keyProblem(partitionKey, item[partitionKey.name], 'partition') ??
    (sortKey === undefined ? undefined : keyProblem(sortKey, item[sortKey.name], 'sort')) ??
    numberProblem(item)
  );
}

/** Call with marshalled items that have no `itemProblem`. */
export function sizeProblem(attributes: Attributes): string | undefined {
  const bytes = attributesBytes(attributes);
  if (bytes <= MAX_ITEM_BYTES) return undefined;
  return `the item has ${String(bytes)} bytes, DynamoDB takes at most ${String(MAX_ITEM_BYTES)}`;
}

function numberProblem(item: Item): string | undefined {
  for (const [name, value] of Object.entries(item)) {
    const inner = typeof value === 'object' && value !== null ? Object.values(value) : [value];
    for (const number of inner) {
      if (typeof number !== 'number' && typeof number !== 'bigint') continue;
      const decimal = parseDecimal(String(number));
      if (decimal === undefined) return `${name} is ${String(number)}, which is not a number`;
      if (decimal.digits.length > MAX_DIGITS) {
        return `${name} has ${String(decimal.digits.length)} digits, DynamoDB takes at most ${String(MAX_DIGITS)}`;
      }
      const magnitude = decimal.digits.length - 1 + decimal.exponent;
      if (decimal.digits !== '' && (magnitude > MAX_MAGNITUDE || magnitude < MIN_MAGNITUDE)) {
        return `${name} is ${String(number)}, DynamoDB takes from 1e${String(MIN_MAGNITUDE)} to 9.99e${String(MAX_MAGNITUDE)}`;
      }
    }
  }
  return undefined;
}

/** Names included; an upper bound of what DynamoDB counts. */
export function attributesBytes(map: Attributes): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(map)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

/**
 * An upper bound of what DynamoDB counts: text as UTF-8; a number one byte for two significant digits and
 * up to three more for exponent, alignment and sign; lists and maps three bytes and one more an entry.
 */
function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil((parseDecimal(value.N)?.digits.length ?? MAX_DIGITS) / 2) + 3;
  if (value.L !== undefined) return value.L.reduce((sum, entry) => sum + valueBytes(entry) + 1, 3);
  if (value.M !== undefined) return attributesBytes(value.M) + Object.keys(value.M).length + 3;
  return 1;
}
