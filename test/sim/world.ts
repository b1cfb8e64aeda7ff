import { ARCHIVE, CHECKPOINT, kpiKey, LOG, PROCESSED, rawKey, RAW, STAGING } from '../../src/lake/zones.ts';
import type { Dataset } from '../../src/contracts/contract.ts';
import { kpis } from '../../src/kpis/index.ts';
import { TABLES } from '../../src/pipeline/session.ts';
import type { OnSameName } from '../../src/stages/on-same-name.ts';
import { LEDGER_TABLE } from '../../src/tables/definition.ts';
import { LakeChecks } from './invariants/lake-checks.ts';
import { LogModel } from './invariants/log-model.ts';
import { TableChecks } from './invariants/table-checks.ts';
import { demand } from './invariants/violation.ts';
import { MemoryDynamodb } from './memory-dynamodb.ts';
import { hashOf, MemoryStore } from './memory-store.ts';
import { makeTables } from './memory-tables.ts';

export interface Drop {
  readonly dataset: Dataset;
  readonly filename: string;
  readonly text: string;
}

interface Delivery {
  readonly dataset: Dataset;
  readonly filename: string;
  readonly cid: string;
}

/** A lake and its tables, with people who drop and delete things, and everything that must hold of them. */
export class World {
  readonly store: MemoryStore;
  readonly dynamodb: MemoryDynamodb;
  readonly onSameName: OnSameName;
  readonly log: LogModel;
  readonly lake: LakeChecks;
  readonly tables: TableChecks;
  readonly #texts: Map<string, string>;
  readonly #delivered: Delivery[];
  readonly #clock: { nowMs: number };
  /** What people do is no fault of the program. */
  #peopleAct = false;

  constructor(onSameName: OnSameName, clock: { nowMs: number }, from?: World) {
    this.onSameName = onSameName;
    this.#clock = clock;
    this.store = new MemoryStore(() => new Date(clock.nowMs), from?.store);
    this.dynamodb = new MemoryDynamodb(() => clock.nowMs, from?.dynamodb);
    this.#texts = new Map(from === undefined ? [] : from.#texts);
    this.#delivered = from === undefined ? [] : [...from.#delivered];
    this.log = new LogModel(this.#texts, onSameName, from?.log);
    this.lake = new LakeChecks(this.store, this.log, from?.lake);
    const { store, dynamodb, log } = this;
    this.tables = new TableChecks({ dynamodb, store, log }, this.lake, from?.tables);
    this.store.onChange = (change) => {
      if (!this.#peopleAct) this.lake.observe(change);
    };
    this.dynamodb.onChange = (change) => {
      if (!this.#peopleAct) this.tables.observe(change);
    };
  }

  /** The same world, to go on with in another way. */
  fork(clock: { nowMs: number } = { ...this.#clock }): World {
    return new World(this.onSameName, clock, this);
  }

  #people(act: () => void): void {
    this.#peopleAct = true;
    try {
      act();
    } finally {
      this.#peopleAct = false;
    }
  }

  makeTables(): void {
    makeTables(this.dynamodb, TABLES);
  }

  drop({ dataset, filename, text }: Drop): void {
    const key = rawKey(dataset, filename);
    const body = Buffer.from(text);
    this.#texts.set(hashOf(body), text);
    const there = this.store.get(key);
    if (there !== undefined) this.tables.overwritten.add(hashOf(there.body));
    this.#delivered.push({ dataset, filename, cid: hashOf(body) });
    this.#people(() => this.store.put(key, body));
  }

  wipeProcessed(): void {
    this.#deleteAll(PROCESSED);
    this.lake.forgetVersions();
  }

  wipeCheckpoint(): void {
    this.#deleteAll(CHECKPOINT);
  }

  /** Work in progress is lost with it, so nobody deletes it beside a run, or before all parts are visible. */
  wipeStaging(): boolean {
    for (const key of this.log.owned.keys()) if (this.store.get(key) === undefined) return false;
    this.#deleteAll(STAGING);
    return true;
  }

  /** Somebody has put other bytes where a file is going to be archived. */
  occupyArchive(key: string): void {
    const body = Buffer.from('not yours');
    this.#texts.set(hashOf(body), '');
    this.#people(() => this.store.put(key, body));
  }

  /** A checkpoint of another history, as a backup that was put back in part leaves it. */
  replaceCheckpoint(): void {
    const body = this.store.get(CHECKPOINT)?.body;
    if (body === undefined) return;
    const checkpoint = JSON.parse(Buffer.from(body).toString('utf8')) as {
      readonly entries: readonly object[];
    };
    const entries = checkpoint.entries.map((entry) => ({ ...entry, filename: 'other.csv' }));
    const other = { ...checkpoint, entries, head: 'f'.repeat(64) };
    this.#people(() => this.store.put(CHECKPOINT, Buffer.from(JSON.stringify(other))));
  }

  wipeLedger(): void {
    if (this.dynamodb.has(LEDGER_TABLE.name)) this.#people(() => this.dynamodb.drop(LEDGER_TABLE.name));
  }

  wipeCharts(index: number): void {
    const name = kpis[index % kpis.length]?.table.name ?? '';
    if (!this.dynamodb.has(name)) return;
    this.tables.forgetCharts();
    this.#people(() => this.dynamodb.drop(name));
  }

  #deleteAll(prefix: string): void {
    this.#people(() => {
      for (const key of this.store.keys(prefix)) this.store.delete(key);
    });
  }

  /** What must hold when nobody works any more and nothing is left to do. */
  assertQuiet(): void {
    const { store, dynamodb, log } = this;
    this.tables.expectAll();
    const left = store.keys(`${RAW}streams/`);
    demand(left.length === 0, () => `files were left in raw: ${left.join(', ')}`);
    const lock = store.keys(`${STAGING}publish.lock`);
    demand(lock.length === 0, () => 'the publish lock is still there');
    for (const { dataset, filename, cid } of this.#delivered) {
      const taken = log.isKnown(dataset, filename, cid) || this.tables.overwritten.has(cid);
      demand(taken, () => `${filename} was delivered (${cid.slice(0, 8)}), and is not in the log`);
      const kept = this.lake.isArchived(cid) || this.tables.overwritten.has(cid) || dataset !== 'streams';
      demand(kept, () => `${filename} was delivered (${cid.slice(0, 8)}), and is not archived`);
    }
    for (const [key, { sha256 }] of log.owned) {
      const object = store.get(key);
      demand(object !== undefined && hashOf(object.body) === sha256, () => `${key} is not what the log says`);
    }
    for (const key of [...store.keys('validated/'), ...store.keys('bad-records/')])
      demand(log.owned.has(key), () => `${key} is not in the log`);
    this.#assertPublished();
    for (const [filename, entry] of log.latest()) {
      const item = dynamodb.item(LEDGER_TABLE.name, { filename: { S: filename } });
      const wanted = { accepted: 'success', duplicate: 'duplicate', rejected: 'failed' }[entry.kind];
      const status = item?.['status']?.S;
      demand(status === wanted, () => `the ledger says ${String(status)} of ${filename}, not ${wanted}`);
      const n = item?.['log_number']?.N;
      demand(
        n === String(entry.n),
        () => `the ledger says entry ${String(n)} of ${filename}, not ${entry.n}`,
      );
    }
    for (const item of dynamodb.items(LEDGER_TABLE.name)) {
      const filename = item['filename']?.S ?? '';
      const known = log.latest().has(filename) || filename.startsWith('../');
      demand(known, () => `the ledger knows ${filename}, which the log does not`);
    }
    for (const key of store.keys(''))
      demand(
        ZONES.some((zone) => key.startsWith(zone)),
        () => `${key} lies outside of all zones`,
      );
  }

  #assertPublished(): void {
    const { store, dynamodb, log, lake } = this;
    const dates = new Set(
      log.entries.flatMap((entry) =>
        entry.kind === 'accepted' ? entry.parts.flatMap(({ date }) => date ?? []) : [],
      ),
    );
    for (const date of dates) {
      const publication = lake.publication(date);
      demand(publication?.next === null, () => `${date} is not published`);
      lake.checkPublication(date);
      const marker = dynamodb.item('PublishedDates', { date: { S: date } });
      demand(marker?.['digest'] !== undefined, () => `the tables do not have the charts of ${date}`);
      const version = Number(marker['version']?.N);
      demand(
        version === publication.version,
        () => `${date}: tables at ${version}, files at ${publication.version}`,
      );
      this.tables.checkDate(date);
      const [now, then] = [log.entries.length, version].map((n) => JSON.stringify(log.chartsOf(n, date)));
      demand(now === then, () => `the charts of ${date} are those of ${version}, and the log has gone on`);
      for (const { folder } of kpis)
        demand(store.get(kpiKey(folder, date)) !== undefined, () => `${folder} of ${date} is missing`);
    }
  }
}

const ZONES = [RAW, 'validated/', 'bad-records/', PROCESSED, ARCHIVE, LOG, STAGING];
