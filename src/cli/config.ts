import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ON_SAME_NAME, withDefaults, type CompleteConfig, type OnSameName } from '../pipeline/config.ts';
import { InvalidSettingError, NoLakeError, NotAvailableYetError } from './errors.ts';
import type { LimitKey } from './limit-options.ts';
import { limitValues } from './limit-values.ts';
import type { OptionKey } from './options.ts';
import type { Sourced } from './settings-sources.ts';

type PlainKey = Exclude<OptionKey, LimitKey>;

/** Each option's value once it is known to be good. */
interface Values {
  readonly lake: string;
  readonly 'dynamodb-endpoint': string;
  readonly region: string;
  readonly 'table-prefix': string;
  readonly engine: 'duckdb' | 'spark';
  readonly 'memory-limit': string;
  readonly threads: number;
  readonly 'on-same-name': OnSameName;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly 'no-color': boolean;
}

const switchSchema = z.union([
  z.boolean(),
  z.enum(['true', 'yes', 'on', '1']).transform(() => true),
  z.enum(['false', 'no', 'off', '0']).transform(() => false),
]);

/** What each option accepts. Numbers and switches come as text from flags and variables. */
const schemas: { readonly [Key in PlainKey]: z.ZodType<Values[Key]> } = {
  lake: z.string().trim().min(1),
  'dynamodb-endpoint': z.url({ protocol: /^https?$/ }),
  region: z.string().regex(/^[a-z0-9-]+$/),
  'table-prefix': z.string().regex(/^[A-Za-z0-9_.-]{0,200}$/),
  engine: z.enum(['duckdb', 'spark']),
  'memory-limit': z.string().regex(/^\d*[1-9]\d*(\.\d+)? ?([KMGT]i?)?B$/i),
  threads: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int().min(1).max(1024)),
  'on-same-name': z.enum(ON_SAME_NAME),
  json: switchSchema,
  quiet: switchSchema,
  verbose: switchSchema,
  'no-color': switchSchema,
};

const allowed: Readonly<Record<PlainKey, string>> = {
  lake: 'a directory or a file: URL',
  'dynamodb-endpoint': 'an http:// or https:// URL',
  region: 'a region name such as eu-central-1',
  'table-prefix': "letters, digits, '_', '-' and '.', at most 200",
  engine: 'duckdb',
  'memory-limit': 'a number with a unit, such as 512MB or 1GB',
  threads: 'a whole number from 1 to 1024',
  'on-same-name': ON_SAME_NAME.join(', '),
  json: 'true or false',
  quiet: 'true or false',
  verbose: 'true or false',
  'no-color': 'true or false',
};

type Found = ReadonlyMap<OptionKey, Sourced>;

/** @throws InvalidSettingError naming what came, where from, and what is allowed */
function valueOf<Key extends PlainKey>(found: Found, key: Key): Values[Key] | undefined {
  const given = found.get(key);
  if (given === undefined) return undefined;
  const result = schemas[key].safeParse(given.value);
  if (!result.success) throw new InvalidSettingError(given.source, given.value, allowed[key]);
  return result.data;
}

export const switchOf = (found: Found, key: 'json' | 'quiet' | 'verbose' | 'no-color'): boolean =>
  valueOf(found, key) ?? false;

/** `undefined` if no lake is given: `generate --out` and `demo` can do without. */
export function lakeOf(found: Found): string | undefined {
  const given = found.get('lake');
  const text = valueOf(found, 'lake');
  if (given === undefined || text === undefined) return undefined;
  if (text.startsWith('s3://')) {
    throw new NotAvailableYetError(
      `${given.source} is '${text}': lakes on S3 are not available in this version`,
      {
        hint: 'pass --lake <dir>',
      },
    );
  }
  // `file:/…` and `file:///…` are URLs; `file:lake` is what people write for a relative path.
  if (text.startsWith('file:/')) return fileUrlToPath(given, text);
  const path = text.startsWith('file:') ? text.slice('file:'.length) : text;
  if (path === '' || /^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    throw new InvalidSettingError(given.source, text, allowed.lake);
  }
  // The shell expands `~` in a flag; nobody does in a config file.
  return resolve(
    given.directory,
    path.replace(/^~(?=\/|$)/, () => homedir()),
  );
}

function fileUrlToPath(given: Sourced, text: string): string {
  try {
    return fileURLToPath(text);
  } catch (cause) {
    if (cause instanceof TypeError) throw new InvalidSettingError(given.source, text, allowed.lake);
    throw cause;
  }
}

/** @throws UsageError if an option is invalid or no lake is given */
export function pipelineConfig(found: Found, program: string): CompleteConfig {
  const lake = lakeOf(found);
  if (valueOf(found, 'engine') === 'spark') {
    throw new NotAvailableYetError(
      `${found.get('engine')?.source ?? '--engine'} is 'spark': this version has the duckdb engine only`,
      { hint: 'leave the engine out, or say duckdb' },
    );
  }
  const { maxAttempts, leaseSeconds, settleSeconds, ...limits } = limitValues(found);
  // Every option is judged before a missing lake is complained of.
  const config = {
    dynamodbEndpoint: valueOf(found, 'dynamodb-endpoint'),
    region: valueOf(found, 'region'),
    tablePrefix: valueOf(found, 'table-prefix'),
    memoryLimit: valueOf(found, 'memory-limit')?.replace(' ', ''),
    threads: valueOf(found, 'threads'),
    onSameName: valueOf(found, 'on-same-name'),
    limits,
    maxAttempts,
    leaseSeconds,
    settleSeconds,
  };
  if (lake === undefined) throw new NoLakeError(program);
  return withDefaults({ lake, ...config });
}
