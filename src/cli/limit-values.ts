import { z } from 'zod';
import { BOUNDS, sizeText } from '../pipeline/config.ts';
import { InvalidSettingError } from './errors.ts';
import { LIMIT_OPTIONS, type LimitOption } from './limit-options.ts';
import type { Sourced } from './settings-sources.ts';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const bytes = z
  .string()
  .regex(/^\d+(\.\d+)? ?([kmgt]i?b|b)?$/i)
  .transform((text) => {
    const [, number = '', unit = ''] = /^([\d.]+) ?(\w*)$/.exec(text) ?? [];
    return Number(number) * (FACTORS[unit.toLowerCase()] ?? NaN);
  });
const digits = z.string().regex(/^\d+$/).transform(Number);

function schemaOf({ name, placeholder }: LimitOption): z.ZodType<number> {
  const [least, most] = BOUNDS[name];
  const text = placeholder === '<size>' ? bytes : digits;
  return z.union([z.number(), text]).pipe(z.int().min(least).max(most));
}

function allowedFor({ name, placeholder }: LimitOption): string {
  const [least, most] = BOUNDS[name];
  if (placeholder === '<number>') {
    return `a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}`;
  }
  const bound = most === Number.MAX_SAFE_INTEGER ? '' : `, at most ${sizeText(most)}`;
  return `a size such as 64KiB, 1MiB, 10GiB or a number of bytes${bound}`;
}

/**
 * The numbers that were given, by their names in the library's configuration.
 * @throws InvalidSettingError naming what came, where from, and what is allowed
 */
export function limitValues(
  found: ReadonlyMap<string, Sourced>,
): Partial<Record<LimitOption['name'], number>> {
  const values: Partial<Record<LimitOption['name'], number>> = {};
  for (const option of LIMIT_OPTIONS) {
    const given = found.get(option.key);
    if (given === undefined) continue;
    const result = schemaOf(option).safeParse(given.value);
    if (!result.success) throw new InvalidSettingError(given.source, given.value, allowedFor(option));
    values[option.name] = result.data;
  }
  return values;
}
