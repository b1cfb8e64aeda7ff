import { CommitLog } from '../../src/lake/log.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import type { Ports } from '../../src/stages/context.ts';
import { DEFAULT_LIMITS } from '../../src/stages/limits.ts';
import type { OnSameName } from '../../src/stages/on-same-name.ts';
import { Ledger } from '../../src/tables/ledger.ts';
import { PublishedDates } from '../../src/tables/published-dates.ts';
import { MemoryEngine } from './engine.ts';
import type { MemoryDynamodb } from './memory-dynamodb.ts';
import { MemoryLake } from './memory-lake.ts';
import type { MemoryStore } from './memory-store.ts';
import { memoryTables } from './memory-tables.ts';
import { receiveWith } from './receive.ts';
import type { Step } from './step.ts';

const LEASE_SECONDS = 30;
/** Dates are computed apart, and together. */
const PARTS_PER_TRANSFORM = [1, 3] as const;
/** None, some and all files of a history. */
const SMALL_FILE_BYTES = [0, 80, DEFAULT_LIMITS.smallFileBytes] as const;

/** The n-th choice of what is taken together. */
export const sizesOf = (n: number): Pick<ProcessSettings, 'partsPerTransform' | 'smallFileBytes'> => ({
  partsPerTransform: PARTS_PER_TRANSFORM[n % PARTS_PER_TRANSFORM.length] ?? 1,
  smallFileBytes: SMALL_FILE_BYTES[n % SMALL_FILE_BYTES.length] ?? 0,
});

export const MAX_ATTEMPTS = 5;

export interface ProcessSettings {
  readonly store: MemoryStore;
  readonly dynamodb: MemoryDynamodb;
  readonly step: Step;
  readonly ports: Ports;
  readonly signal: AbortSignal;
  readonly onSameName: OnSameName;
  /** So many at most are read by one plan, if one date does not have more. */
  readonly partsPerTransform: number;
  /** Files up to this size are taken beside each other. */
  readonly smallFileBytes: number;
  /** Where this process has its publish lock, if not where the others have theirs. */
  readonly ownLock?: string | undefined;
}

/** What a process works with once it has started: the code of the protocol over ports of our own. */
export async function openContext(settings: ProcessSettings): Promise<RunContext> {
  const { store, dynamodb, step, ports, signal, ownLock, onSameName, partsPerTransform, smallFileBytes } =
    settings;
  const lake = new MemoryLake(store, step, ownLock);
  const tables = memoryTables(dynamodb, step);
  return {
    lake,
    log: await CommitLog.open(lake),
    tables,
    ledger: new Ledger(tables, ports.uniqueId),
    published: new PublishedDates(tables),
    engine: new MemoryEngine(store, step),
    receive: receiveWith(store, step),
    ports,
    limits: { ...DEFAULT_LIMITS, partsPerTransform, smallFileBytes },
    onSameName,
    observe: () => undefined,
    signal,
    leaseSeconds: LEASE_SECONDS,
    maxAttempts: MAX_ATTEMPTS,
    owner: `${ports.owner}:${ports.uniqueId()}`,
  };
}
