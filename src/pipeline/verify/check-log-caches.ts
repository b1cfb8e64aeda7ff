import { checkpointSchema } from '../../lake/checkpoint.ts';
import type { Lake } from '../../lake/lake.ts';
import { parseJson, sealOf } from '../../lake/seal.ts';
import { CHECKPOINT, LOG, LOG_ENTRY, logKey, RUN_HISTORY } from '../../lake/zones.ts';
import { summarySchema } from '../run-history.ts';
import { extra } from './extra.ts';
import type { Findings } from './findings.ts';
import { hasUnknownFields, type LogUnderTest } from './log-under-test.ts';

/** What lies beside the entries: the checkpoint, the summaries of runs, and what does not belong there. */
export async function checkLogCaches(lake: Lake, log: LogUnderTest, findings: Findings): Promise<void> {
  await checkCheckpoint(lake, log, findings);
  for await (const { key } of lake.list(LOG)) {
    if (key === CHECKPOINT || LOG_ENTRY.test(key)) continue;
    if (!key.startsWith(RUN_HISTORY) || !key.endsWith('.json')) extra(findings, key);
    else if (!(await isSummary(lake, key))) {
      findings.problem('run_summary_corrupt', key, {
        message: 'the summary of a run is not what was written; nothing but `hitparade status` reads it.',
        remedy: `\`rm ${key}\``,
      });
    }
  }
}

async function isSummary(lake: Lake, key: string): Promise<boolean> {
  const body = await lake.get(key);
  if (body === undefined) return true;
  const json = parseJson(body);
  const summary = summarySchema.safeParse(json);
  return sealOf(body) !== 'broken' && summary.success && !hasUnknownFields(json, summary.data);
}

async function checkCheckpoint(lake: Lake, log: LogUnderTest, findings: Findings): Promise<void> {
  const body = await lake.get(CHECKPOINT);
  if (body === undefined) {
    if (log.head === 0) return;
    const message = 'there is no checkpoint; the next run that takes or publishes something writes it.';
    findings.note('checkpoint_missing', CHECKPOINT, { message, remedy: '' });
    return;
  }
  await log.catchUp();
  const wrong = (message: string): void => {
    const remedy = `\`rm ${CHECKPOINT}\`, then \`hitparade run\` writes it again from the log.`;
    findings.problem('checkpoint_wrong', CHECKPOINT, { message, remedy });
  };
  const json = parseJson(body);
  const checkpoint = checkpointSchema.safeParse(json);
  if (sealOf(body) === 'broken' || !checkpoint.success || hasUnknownFields(json, checkpoint.data)) {
    wrong('the checkpoint is not what was written.');
    return;
  }
  const { entries, head, settled } = checkpoint.data;
  if (entries.length > log.head) {
    for (let n = log.head + 1; n <= entries.length; n++) log.lost(n);
    return;
  }
  if (!log.sound) return;
  const differs = entries.findIndex(
    (entry, index) => JSON.stringify(entry) !== JSON.stringify(log.state.entry(index + 1)),
  );
  if (differs >= 0) wrong(`the checkpoint says something else than ${logKey(differs + 1)}.`);
  else if (head !== (log.hashes[entries.length - 1] ?? '') || settled > entries.length)
    wrong('the checkpoint does not fit the log.');
}
