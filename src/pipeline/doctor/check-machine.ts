import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { type CompleteConfig, threadsFor } from '../config.ts';
import { checked, fine, wrong } from './checked.ts';
import type { DoctorCheck } from './report.ts';

/** As `engines` in package.json says. */
const OLDEST_NODE = '20.19.0';

export function checkNode(version = process.versions.node): DoctorCheck {
  const [found, needed] = [version, OLDEST_NODE].map((text) => text.split('.').map(Number));
  const [major = 0, minor = 0] = found ?? [];
  const [leastMajor = 0, leastMinor = 0] = needed ?? [];
  const old = major < leastMajor || (major === leastMajor && minor < leastMinor);
  return old
    ? wrong('node', `Node ${version}`, `Install Node ${OLDEST_NODE} or newer.`)
    : fine('node', `Node ${version}`);
}

/** Loads the engine with the configured limits and lets it answer, with a folder of its own. */
export function checkEngine({ memoryLimit, threads }: CompleteConfig): Promise<DoctorCheck> {
  const remedy =
    'Install hitparade again on this machine (`npm ci`): DuckDB is native code of one platform. Look at --memory-limit and --threads, too.';
  return checked('duckdb', remedy, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hitparade-doctor-'));
    try {
      const { DuckdbEngine } = await import('../../engines/duckdb.ts');
      const engine = await DuckdbEngine.open({
        memoryLimit,
        threads,
        spillDirectory: folder,
        directories: [folder],
      });
      try {
        const { rows } = await engine.run({
          name: 'doctor',
          inputs: {},
          steps: [{ name: 'answer', sql: 'SELECT version() AS version' }],
          outputs: { answer: { format: 'rows', from: 'answer' } },
        });
        return fine('duckdb', `DuckDB ${String(rows['answer']?.[0]?.['version'] ?? '')}`);
      } finally {
        await engine.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1, M: 2, G: 3, T: 4 };

/** A memory limit in bytes; undefined if only DuckDB can read it, such as a percentage. */
export function bytesOf(memoryLimit: string): number | undefined {
  const match = /^\s*([\d.]+)\s*([KMGT]?)(i?)B?\s*$/i.exec(memoryLimit);
  if (match === null) return undefined;
  const [, number = '', unit = '', binary = ''] = match;
  const power = unit === '' ? 0 : (UNITS[unit.toUpperCase()] ?? 0);
  return Number(number) * (binary === '' ? 1000 : 1024) ** power;
}

export function checkLimits(
  { memoryLimit, threads }: CompleteConfig,
  machine = { bytes: totalmem(), cores: availableParallelism() },
): DoctorCheck {
  const found = `${memoryLimit} of memory and ${threads} threads for the engine, on ${Math.round(machine.bytes / 1e9)} GB and ${machine.cores} cores`;
  if ((bytesOf(memoryLimit) ?? 0) > machine.bytes) {
    return wrong('limits', found, 'Set --memory-limit to half of what the machine has, or less.');
  }
  const enough = threadsFor(machine.cores);
  return threads > enough
    ? fine(
        'limits',
        found,
        `More threads than ${enough} need more memory and are no faster here: --threads ${enough}.`,
      )
    : fine('limits', found);
}
