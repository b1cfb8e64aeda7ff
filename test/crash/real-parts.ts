import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckdbEngine } from '../../src/engines/duckdb.ts';
import type { Lake, ObjectInfo, Workspace } from '../../src/lake/lake.ts';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { CommitLog } from '../../src/lake/log.ts';
import { rawKey } from '../../src/lake/zones.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import type { Ports } from '../../src/stages/context.ts';
import { DEFAULT_LIMITS } from '../../src/stages/limits.ts';
import { receiveFile } from '../../src/stages/validate/receive-file.ts';
import { connectTables } from '../../src/tables/connect.ts';
import { Ledger } from '../../src/tables/ledger.ts';
import { PublishedDates } from '../../src/tables/published-dates.ts';
import type { Tables } from '../../src/tables/tables.ts';
import type { Drop } from '../sim/world.ts';

/** Passes one call on, or not. */
export type Gate = <T>(operation: string, subject: string, work: () => Promise<T>) => Promise<T>;

/** A lake on this disk with DuckDB and embedded tables, of which every call passes a gate. */
export class RealParts {
  readonly directory: string;
  readonly #engine: DuckdbEngine;
  readonly #tables: Tables;

  private constructor(directory: string, engine: DuckdbEngine, tables: Tables) {
    this.directory = directory;
    this.#engine = engine;
    this.#tables = tables;
  }

  static async open(): Promise<RealParts> {
    const directory = await mkdtemp(join(tmpdir(), 'hitparade-crash-'));
    const spillDirectory = join(directory, '.hitparade', 'spill');
    const engine = await DuckdbEngine.open({
      memoryLimit: '256MB',
      threads: 1,
      spillDirectory,
      directories: [directory],
    });
    const tables = await connectTables({
      tablePrefix: '',
      embeddedDirectory: join(directory, '.hitparade'),
    });
    return new RealParts(directory, engine, tables);
  }

  async drop({ dataset, filename, text }: Drop, modified: Date): Promise<void> {
    const path = join(this.directory, rawKey(dataset, filename));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await utimes(path, modified, modified);
  }

  async context(gate: Gate, ports: Ports): Promise<RunContext> {
    const lake = gatedLake(await LocalLake.open(this.directory), gate);
    const tables: Tables = {
      ...this.#tables,
      client: {
        send: ((command: { constructor: { name: string } }, options: never) =>
          gate(command.constructor.name, '', () =>
            this.#tables.client.send(command as never, options),
          )) as Tables['client']['send'],
      },
    };
    return {
      lake,
      log: await CommitLog.open(lake),
      engine: this.#engine,
      tables,
      ledger: new Ledger(tables, ports.uniqueId),
      published: new PublishedDates(tables),
      receive: receiveFile,
      ports,
      limits: DEFAULT_LIMITS,
      onSameName: 'append',
      observe: () => undefined,
      signal: new AbortController().signal,
      leaseSeconds: 30,
      maxAttempts: 5,
      owner: `${ports.owner}:run`,
    };
  }

  get tables(): Tables {
    return this.#tables;
  }

  async close(): Promise<void> {
    await this.#engine.close();
    await this.#tables.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function gatedLake(lake: Lake, gate: Gate): Lake {
  return {
    url: lake.url,
    head: (key) => gate('head', key, () => lake.head(key)),
    get: (key) => gate('get', key, () => lake.get(key)),
    read: (key) => gate('read', key, () => lake.read(key)),
    open: (key) => gate('open', key, () => lake.open(key)),
    putIfAbsent: (key, body) => gate('putIfAbsent', key, () => lake.putIfAbsent(key, body)),
    put: (key, body) => gate('put', key, () => lake.put(key, body)),
    copyIfAbsent: (from, to) => gate('copyIfAbsent', to, () => lake.copyIfAbsent(from, to)),
    putIfMatch: (key, body, version) => gate('putIfMatch', key, () => lake.putIfMatch(key, body, version)),
    deleteIfMatch: (key, version) => gate('deleteIfMatch', key, () => lake.deleteIfMatch(key, version)),
    tidy: () => lake.tidy(),
    engineInputs: (keys) => lake.engineInputs(keys),
    async *list(prefix) {
      const found: ObjectInfo[] = [];
      await gate('list', prefix, async () => {
        for await (const object of lake.list(prefix)) found.push(object);
      });
      yield* found;
    },
    async *keys(prefix) {
      for await (const { key } of this.list(prefix)) yield key;
    },
    workspace: async (attempt): Promise<Workspace> => {
      const workspace = await lake.workspace(attempt);
      return {
        directory: workspace.directory,
        path: (name) => workspace.path(name),
        stage: (name) => gate('stage', name, () => workspace.stage(name)),
        dispose: () => gate('dispose', attempt, () => workspace.dispose()),
      };
    },
  };
}
