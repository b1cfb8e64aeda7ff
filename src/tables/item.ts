import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { canonicalNumber, nativeNumber } from './decimal.ts';
import { keyAttributes, type Item, type TableDefinition } from './definition.ts';

/** An item on the wire, numbers as text. */
export type Attributes = Record<string, AttributeValue>;

/** Digits are never lost: a number is written as its shortest exact text, a bigint whole. */
export function toAttributes(item: Item): Attributes {
  // The SDK's guard against numbers beyond 2^53 would also refuse doubles that are exact.
  return marshall(item, { allowImpreciseNumbers: true });
}

/** Expects what `toAttributes` writes: sets and binary values, which hitparade never writes, are not in the type. */
export function fromAttributes(attributes: Attributes): Item {
  return unmarshall(attributes, { wrapNumbers: nativeNumber }) as Item;
}

/** The same text for deeply equal items, whatever the order of their attributes or the form of their numbers. */
export function fingerprint(attributes: Attributes): string {
  return JSON.stringify(canonicalMap(attributes));
}

export function keyOf(definition: TableDefinition, attributes: Attributes): Attributes {
  const key: Attributes = {};
  for (const { name } of keyAttributes(definition)) {
    const value = attributes[name];
    if (value !== undefined) key[name] = value;
  }
  return key;
}

function canonicalMap(map: Attributes): unknown[] {
  return Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, canonicalValue(value)]);
}

function canonicalValue(value: AttributeValue): unknown {
  if (value.N !== undefined) return ['N', canonicalNumber(value.N)];
  if (value.L !== undefined) return ['L', value.L.map(canonicalValue)];
  if (value.M !== undefined) return ['M', canonicalMap(value.M)];
  return value;
}
