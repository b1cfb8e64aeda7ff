import { join } from 'node:path';
import { lstatIfPresent } from '../../lake/local-files.ts';
import type { CommitLog } from '../../lake/log.ts';
import { LOG } from '../../lake/zones.ts';
import type { Ports } from '../../stages/context.ts';
import type { CompleteConfig } from '../config.ts';
import type { TableAccessors } from '../session.ts';
import { checked, fine, wrong } from './checked.ts';
import { checkDisk, checkPrivacy, checkSpace, CLOCK_MS, SYNCHRONISE } from './check-disk.ts';
import { checkEngine, checkLimits, checkNode } from './check-machine.ts';
import { checkRaw } from './check-raw.ts';
import { checkTables } from './check-tables.ts';
import type { DoctorCheck, DoctorReport } from './report.ts';

export interface DoctorContext {
  /** Of the lake; need not exist. */
  readonly directory: string;
  readonly config: CompleteConfig;
  readonly ports: Ports;
  readonly log: () => Promise<CommitLog>;
  readonly tables: () => Promise<TableAccessors>;
}

/** Looks for what would fail later, without doing any of it: a lake is left as it was found. */
export async function doctor(context: DoctorContext): Promise<DoctorReport> {
  const { directory, config } = context;
  const checks: DoctorCheck[] = [checkNode(), await checkEngine(config), checkLimits(config)];
  const disk = await checkDisk(directory);
  checks.push(...disk);
  if (disk.length > 1) {
    const { check, pendingBytes } = await checkRaw(directory);
    const space = await checked('space', '', () => checkSpace(directory, pendingBytes));
    checks.push(check, space, await checkPrivacy(directory));
    const { log, checks: ofLog } = await checkLog(context);
    checks.push(...ofLog, ...(await checkTables(directory, config, context.tables, log)));
  }
  return { ok: checks.every(({ ok }) => ok), checks };
}

async function checkLog({ directory, ports, log: open }: DoctorContext): Promise<{
  readonly log: CommitLog | undefined;
  readonly checks: readonly DoctorCheck[];
}> {
  // Opening a lake makes folders: one that nobody has run in yet stays as it is.
  if (lstatIfPresent(join(directory, LOG)) === undefined) {
    return { log: undefined, checks: [fine('log', 'none yet')] };
  }
  let log: CommitLog | undefined;
  const read = await checked('log', 'Run `hitparade verify`.', async () => {
    log = await open();
    return fine('log', `${log.state.head} entries`);
  });
  const newest = log?.state.entries.at(-1);
  if (newest === undefined) return { log, checks: [read] };
  const aheadMs = Date.parse(newest.at) - ports.now().getTime();
  const clock =
    aheadMs > CLOCK_MS
      ? wrong(
          'clock',
          `this clock is ${Math.round(aheadMs / 1000)} s behind the newest entry of the log`,
          SYNCHRONISE,
        )
      : fine('clock', 'not behind the log');
  return { log, checks: [read, clock] };
}
