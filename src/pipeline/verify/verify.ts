import { checkArchive } from './check-archive.ts';
import { checkDates } from './check-dates.ts';
import { checkLogCaches } from './check-log-caches.ts';
import { checkObjects } from './check-objects.ts';
import { checkLedger, checkPartitions } from './check-tables.ts';
import type { VerifyContext } from './context.ts';
import { Findings } from './findings.ts';
import { LogUnderTest } from './log-under-test.ts';
import type { VerifyReport } from './report.ts';
import { TablesUnderTest } from './tables-under-test.ts';

/**
 * Checks everything that follows from the log, and the log itself, and changes nothing. It works beside
 * other commands: what looks wrong is read again before it is told.
 */
export async function verify(context: VerifyContext): Promise<VerifyReport> {
  const { lake } = context;
  const findings = new Findings();
  const log = new LogUnderTest(lake, findings);
  await log.readAll();
  await checkLogCaches(lake, log, findings);
  const { parts, damaged } = await checkObjects(context, log, findings);
  await checkArchive(context, log, findings);

  const tables = await TablesUnderTest.open(context, findings, log.head === 0);
  let dates = 0;
  if (log.sound) {
    const { computed, current } = await checkDates(context, log, tables, damaged, findings);
    dates = computed;
    await checkPartitions(log, tables, findings);
    await checkLedger(context, log, tables, current, findings);
  } else {
    const message =
      'dates, tables and extra objects were not checked: only a whole log says what they should be.';
    findings.note('not_compared', 'log', { message, remedy: 'Mend the log, then verify again.' });
  }
  const { problems, notes } = findings;
  return {
    ok: problems.length === 0,
    log_entries: log.head,
    parts,
    dates,
    tables_checked: log.sound && tables.reachable,
    problems,
    notes,
  };
}
