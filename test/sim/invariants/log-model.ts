import { type AcceptedEntry, type LogEntry, logEntrySchema } from '../../../src/lake/entry.ts';
import { LOG_ENTRY, logKey } from '../../../src/lake/zones.ts';
import type { OnSameName } from '../../../src/stages/on-same-name.ts';
import type { Charts } from '../../reference/charts.ts';
import { type Delivery, runReference } from '../../reference/reference.ts';
import { hashOf, type MemoryStore, type ObjectChange, serialOf } from '../memory-store.ts';
import { MAX_ATTEMPTS } from '../context.ts';
import { demand, violated } from './violation.ts';

const NO_CHARTS: Charts = { daily_genre: [], top_songs: [], top_genres: [] };

/** The log as an observer sees it who knows every delivery, with the charts that must follow from it. */
export class LogModel {
  readonly entries: LogEntry[] = [];
  /** What an entry owns, by key. */
  readonly owned = new Map<string, { readonly sha256: string; readonly staged: string }>();
  readonly #active = new Map<string, number>();
  readonly #charts = new Map<number, ReadonlyMap<string, Charts>>();
  readonly #texts: ReadonlyMap<string, string>;
  readonly #onSameName: OnSameName;
  #head = '';

  /** @param texts every content that was ever dropped, by its hash */
  constructor(texts: ReadonlyMap<string, string>, onSameName: OnSameName, from?: LogModel) {
    this.#texts = texts;
    this.#onSameName = onSameName;
    if (from === undefined) return;
    this.entries.push(...from.entries);
    for (const [key, value] of from.owned) this.owned.set(key, value);
    for (const [key, value] of from.#active) this.#active.set(key, value);
    for (const [key, value] of from.#charts) this.#charts.set(key, value);
    this.#head = from.#head;
  }

  /** @returns whether the key belongs to the log itself */
  observe({ key, before, after }: ObjectChange, store: MemoryStore): boolean {
    if (!LOG_ENTRY.test(key)) return false;
    if (before !== undefined || after === undefined) return violated(`${key} was changed or removed`);
    // Without its seal, as the checkpoint has it.
    const entry = logEntrySchema.parse(JSON.parse(Buffer.from(after.body).toString('utf8')));
    demand(key === logKey(this.entries.length + 1), () => `${key} leaves a gap`);
    demand(entry.n === this.entries.length + 1, () => `${key} says that it is ${entry.n}`);
    demand(entry.previous === this.#head, () => `${key} does not follow the entry before it`);
    this.#head = hashOf(after.body);
    this.entries.push(entry);
    const early = entry.kind === 'rejected' && entry.error.code === 'poisoned' && entry.epoch <= MAX_ATTEMPTS;
    demand(!early, () => `${entry.filename} is set aside at its claim ${entry.epoch}`);
    if (entry.kind === 'accepted') this.#checkParts(entry, store);
    for (const n of entry.supersedes) this.#end(n, entry);
    if (entry.kind === 'rejected') return true;
    const identity = `${entry.dataset}/${entry.filename}/${entry.cid}`;
    const other = this.#active.get(identity);
    // A catalogue file can go back to what it was: then the new entry ends the old one.
    demand(other === undefined, () => `${identity} is active twice: ${String(other)} and ${entry.n}`);
    this.#active.set(identity, entry.n);
    return true;
  }

  /** What a runner read before it stood still must not end what was dropped since. */
  #end(n: number, by: LogEntry): void {
    const old = this.entries[n - 1];
    if (old === undefined) return;
    this.#active.delete(`${old.dataset}/${old.filename}/${old.cid}`);
    const isOlder = serialOf(by.sourceVersion) < serialOf(old.sourceVersion);
    demand(!isOlder, () => `entry ${by.n} supersedes ${n}, and was dropped before it`);
  }

  #checkParts({ n, counts, parts, badRecords, dataset }: AcceptedEntry, store: MemoryStore): void {
    demand(counts.rows === counts.valid + counts.bad, () => `entry ${n}: rows are not valid + bad`);
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const distinct = dataset === 'streams' ? counts.valid - counts.duplicates : counts.valid;
    demand(rows === distinct, () => `entry ${n}: the parts have ${rows} rows, not ${distinct}`);
    for (const { key, staged, sha256, bytes } of [...parts, ...badRecords]) {
      const object = store.get(staged);
      if (object === undefined) return violated(`entry ${n}: ${staged} is not there`);
      demand(hashOf(object.body) === sha256, () => `entry ${n}: ${staged} has another hash`);
      demand(object.body.length === bytes, () => `entry ${n}: ${staged} has another size`);
      demand(!this.owned.has(key), () => `entry ${n}: ${key} belongs to another entry`);
      this.owned.set(key, { sha256, staged });
    }
  }

  isKnown(dataset: string, filename: string, cid: string): boolean {
    return this.entries.some(
      (entry) => entry.dataset === dataset && entry.filename === filename && entry.cid === cid,
    );
  }

  /** Whether anybody ever delivered these bytes. */
  wasDelivered(cid: string): boolean {
    return this.#texts.has(cid);
  }

  /** The newest entry of every play file. */
  latest(): ReadonlyMap<string, LogEntry> {
    const streams = this.entries.filter(({ dataset }) => dataset === 'streams');
    return new Map(streams.map((entry) => [entry.filename, entry]));
  }

  /** What the charts of a date must be after the first `version` entries. */
  chartsOf(version: number, date: string): Charts {
    let charts = this.#charts.get(version);
    if (charts === undefined) {
      charts = this.#replay(this.entries.slice(0, version));
      this.#charts.set(version, charts);
    }
    return charts.get(date) ?? NO_CHARTS;
  }

  #replay(entries: readonly LogEntry[]): ReadonlyMap<string, Charts> {
    const judged = entries.filter((entry) => !(entry.kind === 'rejected' && entry.error.code === 'poisoned'));
    const deliveries = judged.map(({ dataset, filename, cid, asOf }): Delivery => ({
      dataset,
      filename,
      text: this.#texts.get(cid) ?? violated(`nobody ever delivered ${cid} of ${filename}`),
      modified: new Date(asOf),
    }));
    const { kpis, files } = runReference(deliveries, { onSameName: this.#onSameName });
    for (const [index, { status, filename }] of files.entries()) {
      const kind = judged[index]?.kind ?? '';
      const wanted = { success: 'accepted', duplicate: 'duplicate', failed: 'rejected' }[status];
      demand(kind === wanted, () => `${filename} is ${kind} in the log, but must be ${wanted}`);
    }
    return kpis;
  }
}
