import os from 'node:os';
import process from 'node:process';
import { version as duckdbVersion } from '@duckdb/node-api';

/** What the times were measured on. `memoryBytes` is the machine's. */
export function describeMachine() {
  const cpus = os.cpus();
  return {
    platform: `${process.platform} ${process.arch}`,
    cores: os.availableParallelism(),
    cpu: cpus[0]?.model ?? 'unknown',
    memoryBytes: os.totalmem(),
    node: process.version,
    duckdb: duckdbVersion(),
  };
}
