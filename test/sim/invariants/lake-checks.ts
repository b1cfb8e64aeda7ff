import { isDeepStrictEqual } from 'node:util';
import { digestOf, type Publication } from '../../../src/lake/publication.ts';
import {
  ARCHIVE,
  CHECKPOINT,
  kpiKey,
  LOG,
  PROCESSED,
  PUBLICATIONS,
  publicationKey,
  RAW,
  STAGING,
} from '../../../src/lake/zones.ts';
import { kpis } from '../../../src/kpis/index.ts';
import { encodeRows } from '../engine.ts';
import { hashOf, type MemoryStore, type ObjectChange } from '../memory-store.ts';
import type { LogModel } from './log-model.ts';
import { demand, violated } from './violation.ts';

/** What must hold of a lake's objects after every change that a process makes. */
export class LakeChecks {
  readonly #store: MemoryStore;
  readonly #log: LogModel;
  /** By date: the greatest version that was published or announced. */
  readonly #versions: Map<string, number>;

  constructor(store: MemoryStore, log: LogModel, from?: LakeChecks) {
    this.#store = store;
    this.#log = log;
    this.#versions = new Map(from === undefined ? [] : from.#versions);
  }

  observe(change: ObjectChange): void {
    if (this.#log.observe(change, this.#store)) return;
    const { key } = change;
    if (key.startsWith(STAGING)) this.#staging(change);
    else if (key.startsWith(PROCESSED)) this.#processed(change);
    else if (key.startsWith('validated/') || key.startsWith('bad-records/')) this.#owned(change);
    else if (key.startsWith(ARCHIVE)) this.#archive(change);
    else if (key.startsWith(RAW)) this.#raw(change);
    else demand(key.startsWith(LOG), () => `${key} was written outside of all zones`);
    if (key === CHECKPOINT) this.#checkpoint(change);
  }

  /** The projections of a lake were deleted by a person. */
  forgetVersions(): void {
    this.#versions.clear();
  }

  #staging({ key, after }: ObjectChange): void {
    if (after !== undefined) return;
    for (const [visible, { staged }] of this.#log.owned)
      demand(
        staged !== key || this.#store.get(visible) !== undefined,
        () => `${key} is the only copy, and gone`,
      );
  }

  #owned({ key, before, after }: ObjectChange): void {
    if (before !== undefined && after?.serial === before.serial) return;
    demand(before === undefined && after !== undefined, () => `${key} was changed or removed`);
    const owned = this.#log.owned.get(key);
    demand(owned !== undefined, () => `${key} is visible, and no entry owns it`);
    demand(owned.sha256 === hashOf(after.body), () => `${key} is not what its entry says`);
  }

  #archive({ key, before, after }: ObjectChange): void {
    if (before !== undefined && after?.serial === before.serial) return;
    demand(before === undefined && after !== undefined, () => `${key} was changed or removed`);
    if (key.endsWith('.reasons.json')) return;
    // A source that is replaced at the last moment is archived before it is decided: that loses nothing.
    demand(this.#log.wasDelivered(hashOf(after.body)), () => `${key} has bytes that nobody delivered`);
  }

  #raw({ key, before, after }: ObjectChange): void {
    if (before !== undefined && after?.serial === before.serial) return;
    if (before === undefined || after !== undefined) return violated(`${key} was written by a process`);
    const [, dataset = '', ...name] = key.split('/');
    const cid = hashOf(before.body);
    demand(this.#log.isKnown(dataset, name.join('/'), cid), () => `${key} was deleted, and not decided`);
    demand(this.isArchived(cid), () => `${key} was deleted, and its bytes are nowhere`);
  }

  isArchived(cid: string): boolean {
    return this.#store
      .keys(ARCHIVE)
      .some((key) => hashOf(this.#store.get(key)?.body ?? new Uint8Array()) === cid);
  }

  #processed({ key }: ObjectChange): void {
    const date = key.startsWith(PUBLICATIONS)
      ? key.slice(PUBLICATIONS.length).replace(/\.json$/, '')
      : /date=([^/]+)/.exec(key)?.[1];
    if (date === undefined) return violated(`${key} is no file of a date`);
    if (key.startsWith(PUBLICATIONS)) this.#version(date);
    this.checkPublication(date);
  }

  publication(date: string): Publication | undefined {
    const body = this.#store.get(publicationKey(date))?.body;
    return body === undefined ? undefined : (JSON.parse(Buffer.from(body).toString('utf8')) as Publication);
  }

  #version(date: string): void {
    const publication = this.publication(date);
    if (publication === undefined) return violated(`the publication of ${date} was removed`);
    const version = Math.max(publication.version, publication.next?.version ?? 0);
    const before = this.#versions.get(date) ?? 0;
    demand(version >= before, () => `the publication of ${date} falls from ${before} to ${version}`);
    this.#versions.set(date, version);
  }

  /** A publication that nobody replaces speaks of exactly the files that are there, and they are right. */
  checkPublication(date: string): void {
    const publication = this.publication(date);
    if (publication?.next !== null) return;
    const { version } = publication;
    const charts = this.#log.chartsOf(version, date);
    for (const { name, folder } of kpis) {
      const object = this.#store.get(kpiKey(folder, date));
      const named = publication.kpis[name];
      const hash = object === undefined ? 'nothing' : hashOf(object.body);
      demand(
        named?.sha256 === hash,
        () => `${name} of ${date} is not the file that version ${version} names`,
      );
      const wanted = hashOf(encodeRows(charts[name]));
      demand(hash === wanted, () => `${name} of ${date} is not the chart of version ${version}`);
    }
  }

  digest(date: string): string | undefined {
    const publication = this.publication(date);
    return publication === undefined ? undefined : digestOf(publication);
  }

  #checkpoint({ after }: ObjectChange): void {
    if (after === undefined) return violated('the checkpoint was removed');
    const { settled, entries } = JSON.parse(Buffer.from(after.body).toString('utf8')) as {
      readonly settled: number;
      readonly entries: readonly unknown[];
    };
    const same = isDeepStrictEqual(entries, this.#log.entries.slice(0, entries.length));
    demand(same, () => 'the checkpoint says something else than the log');
    demand(settled <= entries.length, () => 'the checkpoint settles entries that it does not have');
    for (const entry of this.#log.entries.slice(0, settled)) {
      if (entry.kind !== 'accepted') continue;
      for (const { key } of [...entry.parts, ...entry.badRecords])
        demand(
          this.#store.get(key) !== undefined,
          () => `entry ${entry.n} is settled, and ${key} is not visible`,
        );
    }
  }
}
