import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';

import type { OnSameName } from '../stages/on-same-name.ts';

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
  /** Threads of the engine. Default: as many as there are cores. */
  readonly threads?: number | undefined;
  /** Default: `append`, since a name says less than the bytes do. */
  readonly onSameName?: OnSameName | undefined;
}

/** The defaults of library and command line alike. */
export const DEFAULTS = {
  tablePrefix: '',
  engine: 'duckdb',
  memoryLimit: '1GB',
  threads: availableParallelism(),
  onSameName: 'append',
} as const satisfies Omit<HitparadeConfig, 'lake'>;

/** A configuration in which nothing is left to choose. */
export interface CompleteConfig extends HitparadeConfig {
  readonly tablePrefix: string;
  readonly engine: 'duckdb';
  readonly memoryLimit: string;
  readonly threads: number;
  readonly onSameName: OnSameName;
}

/**
 * Fills in the defaults and makes a relative lake absolute: the process may change its directory later.
 * @throws UsageError if the lake is an empty text, which would mean the current directory
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
  };
}
