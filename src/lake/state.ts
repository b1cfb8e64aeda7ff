import type { Dataset } from '../contracts/contract.ts';
import type { AcceptedEntry, LogEntry, Part } from './entry.ts';

/** The log folded: what counts now. A function of the entries alone. */
export class LakeState {
  readonly #entries: LogEntry[] = [];
  readonly #superseded = new Set<number>();
  /** By the entry whose objects were lost: the one that has made them again from the same bytes. */
  readonly #remade = new Map<number, AcceptedEntry>();
  /** Active entries (accepted or duplicate) by `dataset/filename` and by `dataset/cid`. */
  readonly #byFile = new Map<string, Set<number>>();
  readonly #byContent = new Map<string, Set<number>>();
  readonly #dateVersions = new Map<string, number>();
  readonly #archives = new Map<string, string>();
  readonly #latest = new Map<string, LogEntry>();
  #catalogueVersion = 0;

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** Number of the newest entry; 0 if the log is empty. */
  get head(): number {
    return this.#entries.length;
  }

  entry(n: number): LogEntry | undefined {
    return this.#entries[n - 1];
  }

  apply(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#latest.set(`${entry.dataset}/${entry.filename}`, entry);
    for (const n of entry.supersedes) this.#supersede(n, entry.n);
    if (entry.archive !== null) this.#archives.set(entry.archive, entry.cid);
    if (entry.kind === 'rejected') return;
    add(this.#byFile, `${entry.dataset}/${entry.filename}`, entry.n);
    add(this.#byContent, `${entry.dataset}/${entry.cid}`, entry.n);
    if (entry.kind === 'accepted') this.#touch(entry, entry.n);
  }

  #supersede(n: number, by: number): void {
    const old = this.entry(n);
    if (old === undefined || old.kind === 'rejected' || this.#superseded.has(n)) return;
    this.#superseded.add(n);
    this.#byFile.get(`${old.dataset}/${old.filename}`)?.delete(n);
    this.#byContent.get(`${old.dataset}/${old.cid}`)?.delete(n);
    const owner = this.#owner(old);
    this.#touch(owner, by);
    const successor = this.entry(by);
    if (successor?.kind === 'accepted' && successor.cid === old.cid) this.#remade.set(owner.n, successor);
  }

  /** The entry whose parts an active entry brings in: its own, or those of the one it repeats. */
  #owner(entry: Exclude<LogEntry, { kind: 'rejected' }>): AcceptedEntry {
    let owner = entry.kind === 'duplicate' ? this.entry(entry.of) : entry;
    while (owner !== undefined && this.#remade.has(owner.n)) owner = this.#remade.get(owner.n);
    if (owner?.kind !== 'accepted')
      throw new TypeError(`entry ${entry.n} repeats an entry that has no parts`);
    return owner;
  }

  #touch(entry: AcceptedEntry, version: number): void {
    if (entry.dataset !== 'streams') this.#catalogueVersion = version;
    for (const { date } of entry.parts) if (date !== undefined) this.#dateVersions.set(date, version);
  }

  /** The newest active entry of a file. */
  activeFile(dataset: Dataset, filename: string): LogEntry | undefined {
    return this.#newest(this.#byFile.get(`${dataset}/${filename}`));
  }

  /** The newest decision about a file, whatever it was. */
  latest(dataset: Dataset, filename: string): LogEntry | undefined {
    return this.#latest.get(`${dataset}/${filename}`);
  }

  /** The newest decision about every file. */
  latestOfAll(): readonly LogEntry[] {
    return [...this.#latest.values()].toSorted((a, b) => a.n - b.n);
  }

  /** Every active entry of a file, oldest first. */
  activeDeliveries(dataset: Dataset, filename: string): readonly LogEntry[] {
    return this.#sorted(this.#byFile.get(`${dataset}/${filename}`));
  }

  /** Accepted entries that hold these bytes and whose parts count, under whatever name, oldest first. */
  activeContents(dataset: Dataset, cid: string): readonly AcceptedEntry[] {
    const active = this.#sorted(this.#byContent.get(`${dataset}/${cid}`));
    return [...new Set(active.flatMap((entry) => (entry.kind === 'rejected' ? [] : [this.#owner(entry)])))];
  }

  /** The entry whose objects an entry stands for; undefined if it was rejected. */
  owner(entry: LogEntry): AcceptedEntry | undefined {
    return entry.kind === 'rejected' ? undefined : this.#owner(entry);
  }

  /** Active entries, under whatever name, for which the objects of this one count, oldest first. */
  carriers(owner: AcceptedEntry): readonly LogEntry[] {
    const active = this.#sorted(this.#byContent.get(`${owner.dataset}/${owner.cid}`));
    return active.filter((entry) => this.owner(entry) === owner);
  }

  /** Every entry whose parts count now, each once, in the order of the log. */
  contributors(dataset: Dataset): readonly AcceptedEntry[] {
    const owners = new Set<AcceptedEntry>();
    for (const entry of this.#entries) {
      if (entry.dataset !== dataset || entry.kind === 'rejected') continue;
      if (!this.#superseded.has(entry.n)) owners.add(this.#owner(entry));
    }
    return [...owners].toSorted((a, b) => a.n - b.n);
  }

  /** The parts of every date, or of one catalogue dataset under the date ''. */
  activeParts(): ReadonlyMap<string, readonly (Part & { readonly n: number })[]> {
    const byDate = new Map<string, (Part & { n: number })[]>();
    for (const { n, parts } of this.contributors('streams')) {
      for (const part of parts) {
        const date = part.date ?? '';
        const list = byDate.get(date) ?? [];
        list.push({ ...part, n });
        byDate.set(date, list);
      }
    }
    return byDate;
  }

  /** Active catalogue files of a dataset by filename, in ascending byte order: later names win. */
  catalogue(dataset: 'users' | 'songs'): readonly AcceptedEntry[] {
    return this.contributors(dataset).toSorted((a, b) =>
      Buffer.compare(Buffer.from(a.filename), Buffer.from(b.filename)),
    );
  }

  /** V(d): the highest log number that touches the date; 0 if none ever did. */
  version(date: string): number {
    const own = this.#dateVersions.get(date);
    return own === undefined ? 0 : Math.max(own, this.#catalogueVersion);
  }

  /** Every date that any entry ever touched, ascending. */
  dates(): readonly string[] {
    return [...this.#dateVersions.keys()].toSorted();
  }

  /** The content that an archive key stands for, if an entry has taken it. */
  archivedContent(archiveKey: string): string | undefined {
    return this.#archives.get(archiveKey);
  }

  #sorted(numbers: ReadonlySet<number> | undefined): readonly LogEntry[] {
    return [...(numbers ?? [])].toSorted((a, b) => a - b).flatMap((n) => this.entry(n) ?? []);
  }

  #newest(numbers: ReadonlySet<number> | undefined): LogEntry | undefined {
    return this.#sorted(numbers).at(-1);
  }
}

function add(index: Map<string, Set<number>>, key: string, n: number): void {
  const numbers = index.get(key) ?? new Set<number>();
  numbers.add(n);
  index.set(key, numbers);
}
