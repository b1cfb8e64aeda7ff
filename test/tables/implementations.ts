import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTables } from '../../src/tables/connect.ts';
import { EmbeddedTables } from '../../src/tables/embedded.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { MemoryDynamodb } from '../sim/memory-dynamodb.ts';
import { memoryTables } from '../sim/memory-tables.ts';
import { direct } from '../sim/step.ts';

/** Short, so that no test waits; the delays are still jittered. */
export const QUICK = { retries: 3, firstDelayMs: 1, maxDelayMs: 5, totalMs: 5_000 };

/** A server that tables can be made on; every test takes a prefix of its own. */
export interface TableServer {
  tables(prefix: string): Promise<Tables>;
  stop(): Promise<void>;
}

export interface Implementation {
  readonly name: string;
  start(): Promise<TableServer>;
}

const dynalite: Implementation = {
  name: 'dynalite embedded',
  async start() {
    const directory = await mkdtemp(join(tmpdir(), 'hitparade-tables-'));
    // Tables stay CREATING for a moment, as on AWS, so that the tests show that this is awaited.
    const embedded = await EmbeddedTables.open(directory, { createTableMs: 10 });
    const opened: Tables[] = [];
    return {
      async tables(tablePrefix) {
        const tables = await connectTables({ tablePrefix, embeddedDirectory: directory, patience: QUICK });
        opened.push(tables);
        return tables;
      },
      async stop() {
        await Promise.all(opened.map((tables) => tables.close()));
        await embedded.close();
        await rm(directory, { recursive: true });
      },
    };
  },
};

/** The tables of the simulation: what they do must be what DynamoDB does. */
const memory: Implementation = {
  name: 'memory',
  start() {
    const dynamodb = new MemoryDynamodb();
    return Promise.resolve({
      tables: (tablePrefix) => Promise.resolve(memoryTables(dynamodb, direct, tablePrefix)),
      stop: () => Promise.resolve(),
    });
  },
};

/** Those that check requests as DynamoDB does. */
export const SERVERS: readonly Implementation[] = [dynalite];
export const IMPLEMENTATIONS: readonly Implementation[] = [...SERVERS, memory];
