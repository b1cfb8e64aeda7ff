import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { DuckdbEngine } from '../../src/engines/duckdb.ts';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { CommitLog } from '../../src/lake/log.ts';
import type { StageContext } from '../../src/stages/context.ts';
import { receiveFile } from '../../src/stages/validate/receive-file.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/stages/limits.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A stage's context over an empty local lake, with a clock that stands still and counted ids. */
export async function stageContext(
  limits: Partial<Limits> = {},
): Promise<StageContext & { directory: string }> {
  const directory = await temporaryDirectory();
  const lake = await LocalLake.open(directory);
  const engine = await DuckdbEngine.open({
    memoryLimit: '512MB',
    threads: 2,
    spillDirectory: join(directory, '.hitparade', 'spill'),
    directories: [directory],
  });
  onTestFinished(() => engine.close());
  let ids = 0;
  return {
    directory,
    lake,
    engine,
    log: await CommitLog.open(lake),
    ports: {
      ...systemPorts,
      now: () => new Date('2026-11-24T12:00:00Z'),
      uniqueId: () => `id-${(ids += 1)}`,
    },
    receive: receiveFile,
    limits: { ...DEFAULT_LIMITS, ...limits },
    onSameName: 'append',
    signal: new AbortController().signal,
  };
}
