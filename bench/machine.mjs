import os from 'node:os';
import process from 'node:process';
import { version as duckdbVersion } from '@duckdb/node-api';
import { describePython } from './python.mjs';

/** What is measured on. `memoryBytes` is the machine's. */
export function describeMachine() {
  const cpus = os.cpus();
  return {
    platform: `${process.platform} ${process.arch}`,
    cores: os.availableParallelism(),
    cpu: cpus[0]?.model ?? 'unknown',
    memoryBytes: os.totalmem(),
    /** Of the minute before: more than 0.5 or so, and others were at work. */
    loadBefore: os.loadavg()[0] ?? 0,
    node: process.version,
    duckdb: duckdbVersion(),
    ...describePython(),
  };
}
