import { deliveryAgain, inShell } from '../../lake/delivery-again.ts';
import type { AcceptedEntry, OwnedObject } from '../../lake/entry.ts';
import { ownedBy } from '../../lake/owned-objects.ts';
import { BAD_RECORDS, VALIDATED } from '../../lake/zones.ts';
import type { VerifyContext } from './context.ts';
import { digest } from './digest.ts';
import { extra } from './extra.ts';
import type { Findings } from './findings.ts';
import type { LogUnderTest } from './log-under-test.ts';
import { countRows } from './count-rows.ts';

/** Files whose rows one plan of the engine counts. */
const COUNTED_TOGETHER = 100;

export interface ObjectsChecked {
  readonly parts: number;
  /** Keys of parts that must not be read. */
  readonly damaged: ReadonlySet<string>;
}

/** Every part and every object of bad records: that it is there, its bytes, hash and rows; and no others. */
export async function checkObjects(
  context: VerifyContext,
  log: LogUnderTest,
  findings: Findings,
): Promise<ObjectsChecked> {
  const check = new ObjectCheck(context, log, findings);
  for (const entry of log.readable) if (entry.kind === 'accepted') await check.entry(entry);
  await check.count();
  // Without the whole log, nobody knows what is too much.
  if (log.sound) await findExtras(context, log, findings);
  return { parts: check.parts, damaged: check.damaged };
}

class ObjectCheck {
  parts = 0;
  readonly damaged = new Set<string>();
  readonly #context: VerifyContext;
  readonly #log: LogUnderTest;
  readonly #findings: Findings;
  readonly #totalBytes: number;
  #doneBytes = 0;
  #uncounted: { readonly entry: AcceptedEntry; readonly object: OwnedObject }[] = [];

  constructor(context: VerifyContext, log: LogUnderTest, findings: Findings) {
    this.#context = context;
    this.#log = log;
    this.#findings = findings;
    this.#totalBytes = log.readable.flatMap(ownedBy).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async entry(entry: AcceptedEntry): Promise<void> {
    this.parts += entry.parts.length;
    for (const object of ownedBy(entry)) {
      this.#context.signal.throwIfAborted();
      await this.#object(entry, object);
      this.#doneBytes += object.bytes;
      const progress = { done: this.#doneBytes, total: this.#totalBytes, rows: 0, unit: 'bytes' } as const;
      this.#context.observe({ type: 'progress', stage: 'verify', subject: object.key, ...progress });
      if (this.#uncounted.length >= COUNTED_TOGETHER) await this.count();
    }
  }

  async #object(entry: AcceptedEntry, object: OwnedObject): Promise<void> {
    const { lake } = this.#context;
    const { key, staged, bytes, sha256, rows } = object;
    let found = await digest(lake, key);
    if (found === undefined && (await lake.head(staged))?.bytes === bytes) {
      // Committed, and not yet at its place; or it was put there in this moment.
      found = await digest(lake, key);
      const message = 'the object is committed, but still in staging; the next run puts it there.';
      if (found === undefined) {
        this.damaged.add(key);
        this.#findings.note('not_visible_yet', key, { message, remedy: '`hitparade run`' });
        return;
      }
    }
    if (found === undefined) this.#missing(entry, key);
    else if (found.bytes !== bytes) this.#wrong('corrupt', entry, key, `${found.bytes} bytes, not ${bytes}`);
    else if (found.sha256 !== sha256)
      this.#wrong('corrupt', entry, key, `the hash ${found.sha256}, not ${sha256}`);
    else if (key.endsWith('.parquet')) this.#uncounted.push({ entry, object });
    else if (found.lines !== rows) this.#wrong('rows', entry, key, `${found.lines} rows, not ${rows}`);
  }

  /** Of the files that are what was written: whether the log said right how many rows they have. */
  async count(): Promise<void> {
    const { engine, lake, signal } = this.#context;
    const counted = this.#uncounted;
    this.#uncounted = [];
    const keys = counted.map(({ object }) => object.key);
    const rows = await countRows(engine, await lake.engineInputs(keys), signal);
    for (const [index, { entry, object }] of counted.entries()) {
      const found = rows[index] ?? 0;
      if (found !== object.rows) this.#wrong('rows', entry, object.key, `${found} rows, not ${object.rows}`);
    }
  }

  #missing(entry: AcceptedEntry, key: string): void {
    if (!this.#counts(entry)) {
      const message = `the object is gone; a later delivery than entry ${entry.n} counts, so nothing reads it.`;
      this.#findings.note('superseded_missing', key, { message, remedy: '' });
      return;
    }
    this.damaged.add(key);
    const message = `the object is gone. Entry ${entry.n}, ${entry.filename}, has it.`;
    this.#findings.problem(`${roleOf(key)}_missing`, key, { message, remedy: this.#remedy(entry) });
  }

  #wrong(what: 'corrupt' | 'rows', entry: AcceptedEntry, key: string, difference: string): void {
    this.damaged.add(key);
    const message = `the object has ${difference}. Entry ${entry.n}, ${entry.filename}, has it.`;
    const again = this.#counts(entry) ? ` ${this.#remedy(entry)}` : ' Nothing reads it any more.';
    const remedy = `\`rm ${inShell(key)}\`.${again}`;
    this.#findings.problem(`${roleOf(key)}_${what}`, key, { message, remedy });
  }

  #remedy(entry: AcceptedEntry): string {
    const [carrier = entry] = this.#log.sound ? this.#log.state.carriers(entry) : [];
    return deliveryAgain(carrier);
  }

  /** While the log is not sound, everything may count. */
  #counts(entry: AcceptedEntry): boolean {
    return !this.#log.sound || this.#log.state.carriers(entry).length > 0;
  }
}

const roleOf = (key: string): string => (key.startsWith(BAD_RECORDS) ? 'bad_records' : 'part');

async function findExtras({ lake }: VerifyContext, log: LogUnderTest, findings: Findings): Promise<void> {
  const unnamed: string[] = [];
  let named = namedKeys(log);
  for (const zone of [VALIDATED, BAD_RECORDS]) {
    for await (const { key } of lake.list(zone)) if (!named.has(key)) unnamed.push(key);
  }
  if (unnamed.length === 0) return;
  // Somebody may have committed meanwhile: the entry comes before its objects.
  await log.catchUp();
  named = namedKeys(log);
  for (const key of unnamed) if (!named.has(key)) extra(findings, key);
}

const namedKeys = (log: LogUnderTest): ReadonlySet<string> =>
  new Set(log.readable.flatMap((entry) => ownedBy(entry).map(({ key }) => key)));
