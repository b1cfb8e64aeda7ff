import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { DEFAULT_LIMITS, LIMIT_BOUNDS, type Limits } from '../stages/limits.ts';
import type { OnSameName } from '../stages/on-same-name.ts';

export { LIMIT_KEYS, sizeText, type Limits } from '../stages/limits.ts';
export { ON_SAME_NAME, type OnSameName } from '../stages/on-same-name.ts';

/** Where a lake is and how to work on it. Everything but the lake has a default. */
export interface HitparadeConfig {
  /** A directory, made if it is not there, or a `file:` URL. */
  readonly lake: string;
  /** Default: the embedded tables under `<lake>/.hitparade/`. */
  readonly dynamodbEndpoint?: string | undefined;
  /** Region of the tables. Default: as the AWS SDK finds it. */
  readonly region?: string | undefined;
  /** Put before every table name. Default: nothing. */
  readonly tablePrefix?: string | undefined;
  /** Default: `duckdb`. */
  readonly engine?: 'duckdb' | undefined;
  /** As DuckDB writes it; bounds the engine, not the whole process. Default: `1GB`. */
  readonly memoryLimit?: string | undefined;
  /** Threads of the engine. Default: as many as there are cores, and at least three. */
  readonly threads?: number | undefined;
  /** Default: `append`, since a name says less than the bytes do. */
  readonly onSameName?: OnSameName | undefined;
  /** What one file may hold. Default: {@link DEFAULTS}, limit by limit. */
  readonly limits?: { readonly [Name in keyof Limits]?: Limits[Name] | undefined } | undefined;
  /** Tries after which a file that never gets through is set aside. Default: 5. */
  readonly maxAttempts?: number | undefined;
  /** How long a runner may be silent before another takes over its file. Default: 30. */
  readonly leaseSeconds?: number | undefined;
  /** How long a file must not change before it is taken. Default: 5. */
  readonly settleSeconds?: number | undefined;
}

/**
 * At least three: with fewer, DuckDB lets the hash tables of groups outgrow the caches of the processor.
 * See docs/decisions/0023-three-threads.md.
 */
export const threadsFor = (cores: number): number => Math.max(3, cores);

/** The defaults of library and command line alike. */
export const DEFAULTS = {
  tablePrefix: '',
  engine: 'duckdb',
  memoryLimit: '1GB',
  threads: threadsFor(availableParallelism()),
  onSameName: 'append',
  limits: DEFAULT_LIMITS,
  maxAttempts: 5,
  leaseSeconds: 30,
  settleSeconds: 5,
} as const satisfies Omit<HitparadeConfig, 'lake'>;

/** A configuration in which nothing is left to choose. */
export interface CompleteConfig extends HitparadeConfig {
  readonly tablePrefix: string;
  readonly engine: 'duckdb';
  readonly memoryLimit: string;
  readonly threads: number;
  readonly onSameName: OnSameName;
  readonly limits: Limits;
  readonly maxAttempts: number;
  readonly leaseSeconds: number;
  readonly settleSeconds: number;
}

/** The least and the most that each number of the configuration can be. */
export const BOUNDS = {
  ...LIMIT_BOUNDS,
  maxAttempts: [1, 1_000],
  // A third of it must leave time for a beat.
  leaseSeconds: [3, 3_600],
  settleSeconds: [0, 86_400],
} as const satisfies Readonly<Record<string, readonly [least: number, most: number]>>;

/**
 * Fills in the defaults and makes a relative lake absolute: the process may change its directory later.
 * @throws UsageError if the lake is an empty text, which would mean the current directory, or a limit is
 * out of its bounds
 */
export function withDefaults(config: HitparadeConfig): CompleteConfig {
  const { lake, dynamodbEndpoint, region } = config;
  if (lake.trim() === '') {
    throw new UsageError(`the lake is '${lake}'; it must be a directory or a file: URL`);
  }
  return {
    lake: /^[a-z][a-z0-9+.-]+:/i.test(lake) ? lake : resolve(lake),
    ...(dynamodbEndpoint === undefined ? {} : { dynamodbEndpoint }),
    ...(region === undefined ? {} : { region }),
    tablePrefix: config.tablePrefix ?? DEFAULTS.tablePrefix,
    engine: config.engine ?? DEFAULTS.engine,
    memoryLimit: config.memoryLimit ?? DEFAULTS.memoryLimit,
    threads: config.threads ?? DEFAULTS.threads,
    onSameName: config.onSameName ?? DEFAULTS.onSameName,
    limits: limitsOf(config.limits ?? {}),
    maxAttempts: bounded('maxAttempts', config.maxAttempts ?? DEFAULTS.maxAttempts),
    leaseSeconds: bounded('leaseSeconds', config.leaseSeconds ?? DEFAULTS.leaseSeconds),
    settleSeconds: bounded('settleSeconds', config.settleSeconds ?? DEFAULTS.settleSeconds),
  };
}

/** A limit that is undefined has its default; one that nobody knows is a mistake. */
function limitsOf(given: NonNullable<HitparadeConfig['limits']>): Limits {
  const limits = new Map(Object.entries({ ...DEFAULT_LIMITS }));
  for (const [name, value] of Object.entries({ ...given })) {
    if (!isLimit(name)) {
      throw new UsageError(`limits.${name} is no limit; known: ${Object.keys(DEFAULT_LIMITS).join(', ')}`);
    }
    if (value !== undefined) limits.set(name, bounded(name, value));
  }
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(limits) };
}

const isLimit = (name: string): name is keyof Limits => name in DEFAULT_LIMITS;

function bounded(name: keyof typeof BOUNDS, value: number): number {
  const [least, most] = BOUNDS[name];
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${name} is ${value}; allowed: a whole number from ${least} to ${most}`);
}
