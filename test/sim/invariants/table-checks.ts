import { kpis } from '../../../src/kpis/index.ts';
import { fingerprint, toAttributes } from '../../../src/tables/item.ts';
import { rawKey } from '../../../src/lake/zones.ts';
import type { Attributes } from '../expressions.ts';
import { hashOf, type MemoryStore } from '../memory-store.ts';
import type { ItemChange, MemoryDynamodb } from '../memory-dynamodb.ts';
import type { LakeChecks } from './lake-checks.ts';
import type { LogModel } from './log-model.ts';
import { demand, violated } from './violation.ts';

const STATUS = { accepted: 'success', duplicate: 'duplicate', rejected: 'failed' } as const;

const numberOf = (item: Attributes | undefined, name: string): number => Number(item?.[name]?.N ?? 0);

/** What must hold of the tables after every change that a process makes. */
export class TableChecks {
  readonly #dynamodb: MemoryDynamodb;
  readonly #store: MemoryStore;
  readonly #log: LogModel;
  readonly #lake: LakeChecks;
  /** By date: the greatest version of which the tables once held complete charts. */
  readonly #complete: Map<string, number>;
  /** Dates whose charts a person deleted, until their markers say so. */
  readonly #wiped = new Set<string>();
  /** Contents that a person overwrote in raw. */
  readonly overwritten = new Set<string>();

  constructor(
    parts: { readonly dynamodb: MemoryDynamodb; readonly store: MemoryStore; readonly log: LogModel },
    lake: LakeChecks,
    from?: TableChecks,
  ) {
    this.#dynamodb = parts.dynamodb;
    this.#store = parts.store;
    this.#log = parts.log;
    this.#lake = lake;
    this.#complete = new Map(from === undefined ? [] : from.#complete);
  }

  observe(change: ItemChange): void {
    if (change.table === 'ProcessedStreams') this.#ledger(change);
    else if (change.table === 'PublishedDates') this.#marker(change);
    else this.checkDate(change.key['date']?.S ?? '');
  }

  /** A KPI table is deleted: what the markers say is no lie of ours until somebody notices. */
  forgetCharts(): void {
    for (const item of this.#dynamodb.items('PublishedDates'))
      if (item['digest'] !== undefined) this.#wiped.add(item['date']?.S ?? '');
  }

  /** Nobody is at work any more: what a person deleted must be there again. */
  expectAll(): void {
    this.#wiped.clear();
  }

  #marker({ key, before, after }: ItemChange): void {
    const date = key['date']?.S ?? '';
    const [was, is] = [numberOf(before, 'version'), numberOf(after, 'version')];
    demand(is >= was, () => `the marker of ${date} falls from ${was} to ${is}`);
    if (after?.['digest'] === undefined) {
      this.#wiped.delete(date);
      return;
    }
    this.checkDate(date);
    // Also when a person has deleted a table just now: who wrote the last item cannot know.
    this.#complete.set(date, Math.max(is, this.#complete.get(date) ?? 0));
  }

  /** Wherever a marker says that the charts are complete, they are, and right. */
  checkDate(date: string): void {
    const marker = this.#dynamodb.item('PublishedDates', { date: { S: date } });
    if (marker?.['digest'] === undefined || this.#wiped.has(date)) return;
    if (kpis.some(({ table }) => !this.#dynamodb.has(table.name))) {
      // A marker can become complete at the moment at which a person deletes a table.
      this.#wiped.add(date);
      return;
    }
    const version = numberOf(marker, 'version');
    const charts = this.#log.chartsOf(version, date);
    for (const { name, table, toItem } of kpis) {
      const wanted = charts[name].map((row) => fingerprint(toAttributes(toItem(date, { ...row }))));
      const found = this.#dynamodb.items(table.name, { date: { S: date } }).map(fingerprint);
      const same = wanted.length === found.length && wanted.every((item) => found.includes(item));
      demand(
        same,
        () => `${table.name} of ${date} is not the chart of version ${version}, and the marker says so`,
      );
    }
  }

  #ledger({ key, before, after }: ItemChange): void {
    const filename = key['filename']?.S ?? '';
    // The claim of a catalogue file: it goes when it ends.
    if (filename.startsWith('../')) return;
    if (after === undefined) return violated(`the ledger item of ${filename} was removed`);
    for (const name of ['epoch', 'log_number']) {
      const [was, is] = [numberOf(before, name), numberOf(after, name)];
      demand(is >= was, () => `the ledger's ${name} of ${filename} falls from ${was} to ${is}`);
    }
    const status = after['status']?.S;
    const isClaim = after['claim_id'] !== undefined && after['claim_id'].S !== before?.['claim_id']?.S;
    const raised = numberOf(after, 'epoch') > numberOf(before, 'epoch');
    demand(!isClaim || raised, () => `a claim of ${filename} does not raise its epoch`);
    if (status === 'processing') return;
    const n = numberOf(after, 'log_number');
    const entry = this.#log.entries[n - 1];
    if (entry?.filename !== filename)
      return violated(`the ledger says ${String(status)} of ${filename}, which is not entry ${n}`);
    demand(
      status === STATUS[entry.kind],
      () => `the ledger says ${String(status)} of ${filename}, which is ${entry.kind}`,
    );
    if (entry.kind !== 'accepted') return;
    for (const { date = '' } of entry.parts) {
      const complete = this.#complete.get(date) ?? 0;
      demand(
        complete >= n,
        () => `the ledger says success of entry ${n}, and ${date} is published at ${complete}`,
      );
    }
    const raw = this.#store.get(rawKey('streams', filename))?.body;
    const kept =
      this.overwritten.has(entry.cid) ||
      (raw !== undefined && hashOf(raw) === entry.cid) ||
      this.#lake.isArchived(entry.cid);
    demand(kept, () => `the ledger says success of ${filename}, whose bytes are nowhere`);
  }
}
