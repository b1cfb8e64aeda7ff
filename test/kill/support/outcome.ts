import type { LogEntry } from '../../../src/lake/entry.ts';
import { LEDGER_TABLE, PUBLISHED_DATES_TABLE } from '../../../src/tables/definition.ts';
import { assertSound } from './sound.ts';
import { itemsOf, textOf } from './tables.ts';
import { below, treeOf } from './tree.ts';

/** What must not depend on what happened on the way. */
export interface Outcome {
  /** Every item of the KPI tables. */
  readonly charts: Readonly<Record<string, readonly string[]>>;
  /** The ledger's items without the claim's attributes, numbers of the log and times. */
  readonly ledger: readonly string[];
  /** What the log decided about every delivery. */
  readonly decisions: readonly string[];
  /** By key, with the hash of the bytes; months left out. */
  readonly archive: Readonly<Record<string, string>>;
  readonly raw: Readonly<Record<string, string>>;
  /** Names of parts and bad records. They hold the number of the entry, so the order of files shows here. */
  readonly owned: readonly string[];
  /** The files of the KPIs with their hashes: what a date is must be the same bit for bit. */
  readonly processed: Readonly<Record<string, string>>;
}

/** Of one try, so not of the file: what differs between two runs over the same files. */
const OF_THE_TRY = new Set([
  'epoch',
  'attempts',
  'owner',
  'lease_until',
  'claim_id',
  'processed_on',
  'log_number',
]);

/** Checks that the lake is sound, too. No process may be using it. */
export async function outcomeOf(lake: string): Promise<Outcome> {
  const entries = await assertSound(lake);
  const tree = await treeOf(lake);
  const items = await itemsOf(lake);
  const charts = [...items].filter(
    ([name]) => name !== LEDGER_TABLE.name && name !== PUBLISHED_DATES_TABLE.name,
  );
  return {
    charts: Object.fromEntries(charts.map(([name, found]) => [name, found.map(textOf)])),
    ledger: (items.get(LEDGER_TABLE.name) ?? [])
      .map((item) => withoutMonth(textOf(factsOf(item))))
      .toSorted(),
    decisions: entries.map((entry) => textOf(decisionOf(entry, entries))).toSorted(),
    archive: Object.fromEntries(
      Object.entries(below(tree, 'archive/'))
        // Reasons hold the time of the decision.
        .map(([key, hash]) => [withoutMonth(key), key.endsWith('.reasons.json') ? '' : hash]),
    ),
    raw: below(tree, 'raw/'),
    // In a part the order of plays is free; its bytes are compared with the log.
    owned: [...tree.keys()].filter((key) => /^(validated|bad-records)\//.test(key)).toSorted(),
    processed: Object.fromEntries(
      Object.entries(below(tree, 'processed/')).filter(([key]) => key.endsWith('.parquet')),
    ),
  };
}

/**
 * The same for files that were taken in another order: which of several equal ones was the first is up to
 * chance then, that one of them was is not.
 */
export function withoutOrder({ charts, processed, archive, raw, ledger, decisions }: Outcome): unknown {
  const kinds = decisions
    .map((text) => JSON.parse(text) as { readonly cid: string; readonly kind: string })
    .map(({ cid, kind }) => `${cid} ${kind}`)
    .toSorted();
  return { charts, processed, archive, raw, kinds, ledger: ledger.length };
}

const factsOf = (item: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(item)
      .filter(([name]) => !OF_THE_TRY.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

function decisionOf(entry: LogEntry, entries: readonly LogEntry[]): Record<string, unknown> {
  const { dataset, filename, cid, kind } = entry;
  if (kind === 'accepted') return { dataset, filename, cid, kind, counts: entry.counts };
  if (kind === 'rejected') return { dataset, filename, cid, kind, error: entry.error.code };
  return { dataset, filename, cid, kind, of: entries[entry.of - 1]?.filename };
}

const withoutMonth = (text: string): string =>
  text.replaceAll(/archive\/streams\/\d{4}\/\d{2}\//g, 'archive/streams/');
