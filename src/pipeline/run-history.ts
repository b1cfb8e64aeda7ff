import { z } from 'zod';
import type { Lake, ObjectInfo } from '../lake/lake.ts';
import { sealed, unsealed } from '../lake/seal.ts';
import { RUN_HISTORY, runHistoryKey } from '../lake/zones.ts';
import type { RunReport, RunSummary } from './reports.ts';

export const summarySchema = z.object({
  run: z.string(),
  started: z.string(),
  seconds: z.number(),
  files: z.number(),
  rejected: z.number(),
  dates: z.number(),
});

/** Older ones go: nobody reads them, and a process that watches makes thousands. */
const MOST_RUNS = 200;

/** Remembers a run for people; nothing is decided from it. */
export async function recordRun(lake: Lake, report: RunReport, started: Date): Promise<void> {
  const taken = [...report.catalogue, ...report.files];
  const summary: RunSummary = {
    run: report.run,
    started: started.toISOString(),
    seconds: report.seconds,
    files: taken.length,
    rejected: taken.filter(({ status }) => status === 'failed').length,
    dates: report.dates.length,
  };
  const key = runHistoryKey(summary.started, report.run);
  await lake.putIfAbsent(key, sealed(JSON.stringify(summary)));
  await forgetOldRuns(lake);
}

async function forgetOldRuns(lake: Lake): Promise<void> {
  // In the order of their keys, which is that of time.
  const newest: ObjectInfo[] = [];
  const old: ObjectInfo[] = [];
  for await (const object of lake.list(RUN_HISTORY)) {
    newest.push(object);
    if (newest.length > MOST_RUNS) old.push(...newest.splice(0, 1));
  }
  for (const { key, version } of old) await lake.deleteIfMatch(key, version);
}

/** Newest first. */
export async function lastRuns(lake: Lake, count: number): Promise<readonly RunSummary[]> {
  const keys: string[] = [];
  for await (const key of lake.keys(RUN_HISTORY)) {
    keys.push(key);
    if (keys.length > count) keys.shift();
  }
  const runs = await Promise.all(
    keys.map(async (key) => {
      const body = await lake.get(key);
      // One that was damaged tells nothing; nothing depends on it.
      return body === undefined ? [] : (summarySchema.safeParse(unsealed(body)).data ?? []);
    }),
  );
  return runs.flat().toReversed();
}
