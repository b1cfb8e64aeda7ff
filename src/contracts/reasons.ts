import type { Column, Contract } from './contract.ts';

/** Reasons why a record cannot be split into the header's columns; found before any rule is asked. */
export const STRUCTURAL_REASONS = [
  'wrong_column_count',
  'malformed_quote',
  'invalid_utf8',
  'nul_byte',
  'field_too_long',
  'row_too_long',
] as const;
export type StructuralReason = (typeof STRUCTURAL_REASONS)[number];

/** The reason codes that a row can get for this column, in the order in which they are reported. */
export function reasonsOfColumn(column: Column): readonly string[] {
  if (!column.required) return [];
  const reasons = [`missing_${column.name}`];
  if (column.type !== 'text') reasons.push(`invalid_${column.name}`);
  if (column.type === 'integer') reasons.push(`${column.name}_out_of_range`);
  if (column.type === 'time') {
    if (column.notBefore !== undefined) reasons.push(`${column.name}_too_early`);
    if (column.maxDaysAhead !== undefined) reasons.push(`${column.name}_in_future`);
  }
  return reasons;
}

/** Every row reason of a contract, in a fixed order: the n-th is bit n of a row's reason mask. */
export function rowReasons(contract: Contract): readonly string[] {
  return contract.columns.flatMap(reasonsOfColumn);
}
