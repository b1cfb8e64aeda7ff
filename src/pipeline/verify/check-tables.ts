import { inShell } from '../../lake/delivery-again.ts';
import type { LogEntry } from '../../lake/entry.ts';
import { InvalidKeyError } from '../../lake/errors.ts';
import type { Publication } from '../../lake/publication.ts';
import { CHECKPOINT, RAW, rawKey } from '../../lake/zones.ts';
import { isPublished } from '../../stages/mark-as-processed/mark.ts';
import { LEDGER_TABLE, PUBLISHED_DATES_TABLE } from '../../tables/definition.ts';
import { fingerprint, toAttributes } from '../../tables/item.ts';
import { type LedgerItem, outcomeAttributes } from '../../tables/ledger-item.ts';
import { countByPartition } from '../../tables/partitions.ts';
import { reportOf } from '../file-report.ts';
import { outcomeOf } from '../settle-stage.ts';
import { KPI_TABLES } from './check-items.ts';
import type { VerifyContext } from './context.ts';
import type { Findings } from './findings.ts';
import type { LogUnderTest } from './log-under-test.ts';
import type { TablesUnderTest } from './tables-under-test.ts';

/** Items of dates that the log does not know. */
export async function checkPartitions(
  log: LogUnderTest,
  tables: TablesUnderTest,
  findings: Findings,
): Promise<void> {
  for (const definition of [...KPI_TABLES, PUBLISHED_DATES_TABLE]) {
    await tables.read([definition], async ({ tables: reached }) => {
      const counts = await countByPartition(reached, definition);
      const known = (): ReadonlySet<string> => new Set(log.state.dates());
      let dates = known();
      const strange = [...counts].filter(([date]) => !dates.has(date));
      if (strange.length === 0) return;
      await log.catchUp();
      dates = known();
      const table = reached.nameOf(definition);
      for (const [date, items] of strange.filter(([unknown]) => !dates.has(unknown))) {
        findings.problem('items_extra', table, {
          message: `${items} items of ${JSON.stringify(date)}, of which the log knows nothing.`,
          remedy: tables.without(table, { date }),
        });
      }
    });
  }
}

/** What the ledger says of each play file, against the log. */
export async function checkLedger(
  context: VerifyContext,
  log: LogUnderTest,
  tables: TablesUnderTest,
  current: ReadonlyMap<string, Publication>,
  findings: Findings,
): Promise<void> {
  await tables.read([LEDGER_TABLE], async ({ ledger, tables: reached }) => {
    const table = reached.nameOf(LEDGER_TABLE);
    const items = new Map((await ledger.list()).map((item) => [item.filename, item]));
    await log.catchUp();
    const entries = log.state.latestOfAll().filter(({ dataset }) => dataset === 'streams');
    for (const entry of entries) {
      const { filename } = entry;
      const item = items.get(filename);
      items.delete(filename);
      if (!isPublished(entry, current) || agrees(log, entry, current, item)) continue;
      // Somebody may have written it since the table was read.
      const again = await ledger.get(filename);
      if (agrees(log, entry, current, again) || isHeld(context, again)) continue;
      findings.problem(again === undefined ? 'ledger_item_missing' : 'ledger_item_wrong', filename, {
        message:
          again === undefined
            ? `the table ${table} has no item of the file, which entry ${entry.n} decided.`
            : `the item in ${table} is not what entry ${entry.n} says of the file.`,
        remedy: `\`rm -f ${CHECKPOINT}\`, then \`hitparade run\` compares every item with the log.`,
      });
    }
    for (const [filename, item] of items)
      await checkStranger(context, tables, table, filename, item, findings);
  });
}

function agrees(
  { state }: LogUnderTest,
  entry: LogEntry,
  current: ReadonlyMap<string, Publication>,
  item: LedgerItem | undefined,
): boolean {
  if (item === undefined || item.epoch < entry.epoch) return false;
  const outcome = outcomeOf(reportOf(entry, state, current));
  const [held, wanted] = [outcomeAttributes(item), outcomeAttributes(outcome)]
    .map(toAttributes)
    .map(fingerprint);
  return held === wanted;
}

/** A file that the log does not know: taken up just now, or by a run that died, or nobody knows how. */
async function checkStranger(
  context: VerifyContext,
  tables: TablesUnderTest,
  table: string,
  filename: string,
  item: LedgerItem,
  findings: Findings,
): Promise<void> {
  if (isHeld(context, item)) return;
  const { status } = item;
  if (status === 'processing') {
    const waits = await liesInRaw(context, filename);
    const message = `a run took the file up and did not decide it; ${waits ? 'it still lies in raw/.' : 'it is not in raw/ any more.'}`;
    const remedy = waits ? '`hitparade run`' : tables.without(table, { filename });
    findings.note('ledger_item_open', filename, { message, remedy });
    return;
  }
  findings.problem('ledger_item_extra', filename, {
    message: `the item in ${table} says "${status}" of a file that the log does not know (${inShell(filename)}).`,
    remedy: tables.without(table, { filename }),
  });
}

/** Claims of users and songs are named as seen from the folder of plays. */
async function liesInRaw({ lake }: VerifyContext, claimed: string): Promise<boolean> {
  const key = claimed.startsWith('../') ? RAW + claimed.slice('../'.length) : rawKey('streams', claimed);
  try {
    return (await lake.head(key)) !== undefined;
  } catch (error) {
    if (error instanceof InvalidKeyError) return false;
    throw error;
  }
}

function isHeld({ ports }: VerifyContext, item: LedgerItem | undefined): boolean {
  if (item?.status !== 'processing' || item.owner === undefined || item.lease_until === undefined)
    return false;
  return item.lease_until > ports.now().toISOString() && ports.isOwnerAlive(item.owner);
}
