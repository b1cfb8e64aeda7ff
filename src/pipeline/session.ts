import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DuckdbEngine } from '../engines/duckdb.ts';
import { UsageError } from '../errors.ts';
import { kpis } from '../kpis/index.ts';
import type { Lake } from '../lake/lake.ts';
import { errnoOf } from '../lake/local-files.ts';
import { LocalLake } from '../lake/local-lake.ts';
import { CommitLog } from '../lake/log.ts';
import { PRIVATE } from '../lake/zones.ts';
import type { Ports, StageContext } from '../stages/context.ts';
import { LEDGER_TABLE, PUBLISHED_DATES_TABLE, type TableDefinition } from '../tables/definition.ts';
import type { Ledger } from '../tables/ledger.ts';
import type { PublishedDates } from '../tables/published-dates.ts';
import type { Tables } from '../tables/tables.ts';
import { together } from '../together.ts';
import type { CompleteConfig } from './config.ts';
import type { Observer } from './events.ts';

/** Every table that hitparade uses. */
export const TABLES: readonly TableDefinition[] = [
  ...kpis.map(({ table }) => table),
  LEDGER_TABLE,
  PUBLISHED_DATES_TABLE,
];

export interface TableAccessors {
  readonly tables: Tables;
  readonly ledger: Ledger;
  readonly published: PublishedDates;
}

/** A stage's context, with the tables. */
export interface RunContext extends StageContext, TableAccessors {
  readonly observe: Observer;
  /** Names this process in claims: host, process and a unique part. */
  readonly owner: string;
  /** How long others leave a claimed file, or the publishing of dates, to a runner that gives no sign. */
  readonly leaseSeconds: number;
  /** Claims that end without an outcome, after which a file is set aside. */
  readonly maxAttempts: number;
}

/**
 * Opens the parts of one lake when they are first needed, and loads their code only then: a command that
 * only reads the log answers before DuckDB or the AWS SDK could have started.
 */
export class Session {
  readonly config: CompleteConfig;
  readonly ports: Ports;
  readonly observe: Observer;
  /** Where the lake is, or will be. */
  readonly directory: string;
  #lake: Promise<Lake> | undefined;
  #engine: Promise<DuckdbEngine> | undefined;
  #tables: Promise<TableAccessors> | undefined;

  constructor(config: CompleteConfig, ports: Ports, observe: Observer) {
    if (config.lake.startsWith('s3:')) {
      throw new UsageError(`the lake ${config.lake} is on S3; this version knows local lakes only.`, {
        hint: 'Give a directory: --lake <dir>.',
      });
    }
    this.directory = config.lake.startsWith('file:') ? fileURLToPath(config.lake) : config.lake;
    this.config = config;
    this.ports = ports;
    this.observe = observe;
  }

  lake(): Promise<Lake> {
    this.#lake ??= LocalLake.open(this.directory);
    return this.#lake;
  }

  /** Whether the directory of the lake exists: nothing but the first opening may make it. */
  async isThere(): Promise<boolean> {
    try {
      return (await stat(this.directory)).isDirectory();
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return false;
      throw error;
    }
  }

  async log(): Promise<CommitLog> {
    return CommitLog.open(await this.lake());
  }

  engine(): Promise<DuckdbEngine> {
    this.#engine ??= this.#openEngine();
    return this.#engine;
  }

  async #openEngine(): Promise<DuckdbEngine> {
    const { DuckdbEngine } = await import('../engines/duckdb.ts');
    // The lake's own idea of where it is: links in the path are resolved there.
    const root = fileURLToPath((await this.lake()).url);
    const { memoryLimit, threads } = this.config;
    const spillDirectory = join(root, PRIVATE, 'spill');
    return DuckdbEngine.open({ memoryLimit, threads, spillDirectory, directories: [root] });
  }

  tables(): Promise<TableAccessors> {
    this.#tables ??= this.#connect();
    return this.#tables;
  }

  async #connect(): Promise<TableAccessors> {
    const [{ connectTables }, { Ledger }, { PublishedDates }] = await Promise.all([
      import('../tables/connect.ts'),
      import('../tables/ledger.ts'),
      import('../tables/published-dates.ts'),
    ]);
    const { dynamodbEndpoint, region, tablePrefix } = this.config;
    const tables = await connectTables({
      tablePrefix,
      ...(region === undefined ? {} : { region }),
      ...(dynamodbEndpoint === undefined
        ? { embeddedDirectory: join(this.directory, PRIVATE) }
        : { endpoint: dynamodbEndpoint }),
    });
    return { tables, ledger: new Ledger(tables, this.ports.uniqueId), published: new PublishedDates(tables) };
  }

  /** @param log read already; without it the log is read anew */
  async context(signal: AbortSignal, log?: CommitLog): Promise<RunContext> {
    const [tables, lake, engine, { receiveFile }] = await together([
      this.tables(),
      this.lake(),
      this.engine(),
      import('../stages/validate/receive-file.ts'),
    ]);
    return {
      ...tables,
      lake,
      log: log ?? (await this.log()),
      engine,
      ports: this.ports,
      limits: this.config.limits,
      onSameName: this.config.onSameName,
      observe: this.observe,
      signal,
      receive: receiveFile,
      leaseSeconds: this.config.leaseSeconds,
      maxAttempts: this.config.maxAttempts,
      owner: `${this.ports.owner}:${this.ports.uniqueId()}`,
    };
  }

  /** What is used after this is opened anew. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled([this.#tables, this.#engine]);
    this.#tables = undefined;
    this.#engine = undefined;
    const [tables, engine] = opened;
    if (engine.status === 'fulfilled') await engine.value?.close();
    if (tables.status === 'fulfilled') await tables.value?.tables.close();
  }
}
