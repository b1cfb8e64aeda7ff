import type { Publication } from '../../lake/publication.ts';
import { PROCESSED } from '../../lake/zones.ts';
import { type ComputedDate, computeDates } from '../../stages/transform-data/compute-dates.ts';
import { catalogueParts } from '../../stages/transform-data/whole-dates.ts';
import { checkItems, checkMarker } from './check-items.ts';
import { checkFiles, compareDate, keysOfDate, readDate } from './check-publication.ts';
import type { VerifyContext } from './context.ts';
import { extra } from './extra.ts';
import { Findings } from './findings.ts';
import type { LogUnderTest } from './log-under-test.ts';
import type { TablesUnderTest } from './tables-under-test.ts';
import { someoneWorks, untilPublished } from './others.ts';

export interface DatesChecked {
  /** How many were computed again. */
  readonly computed: number;
  /** Publications that are what the log says and, as far as that is known, loaded. */
  readonly current: ReadonlyMap<string, Publication>;
}

/** A date that looks wrong is looked at again this often while others are at work. */
const LOOKS = 3;

/** What is published of every date, against a computation from the parts. */
export async function checkDates(
  context: VerifyContext,
  log: LogUnderTest,
  tables: TablesUnderTest,
  damaged: ReadonlySet<string>,
  findings: Findings,
): Promise<DatesChecked> {
  const check = new DateCheck(context, log, tables, damaged);
  let dates = log.state.dates();
  let suspects = await check.all(dates);
  for (let look = 1; look < LOOKS && suspects.size > 0; look++) {
    // Somebody may have published while we looked: what stays wrong when that is over is wrong.
    const waited = await untilPublished(context);
    const { head } = log;
    await log.catchUp();
    if (look > 1 && !waited && head === log.head) break;
    dates = [...suspects.keys()];
    suspects = await check.all(dates);
  }
  const busy = suspects.size > 0 && (await someoneWorks(context, tables));
  for (const found of suspects.values()) findings.add(busy ? behindAsNote(found) : found);
  await findExtras(context, log, findings);
  return { computed: check.computed.size, current: check.current };
}

/** While a run takes files, dates are behind for a while. */
function behindAsNote(found: Findings): Findings {
  const all = new Findings();
  for (const finding of found.problems) {
    const { kind, subject } = finding;
    const waits = kind === 'date_behind' || kind === 'publication_missing';
    if (waits) all.note(kind, subject, { ...finding, remedy: 'Another command is at work: verify again.' });
    else all.problem(kind, subject, finding);
  }
  all.notes.push(...found.notes);
  return all;
}

class DateCheck {
  readonly computed = new Set<string>();
  readonly current = new Map<string, Publication>();
  readonly #context: VerifyContext;
  readonly #log: LogUnderTest;
  readonly #tables: TablesUnderTest;
  readonly #damaged: ReadonlySet<string>;

  constructor(
    context: VerifyContext,
    log: LogUnderTest,
    tables: TablesUnderTest,
    damaged: ReadonlySet<string>,
  ) {
    this.#context = context;
    this.#log = log;
    this.#tables = tables;
    this.#damaged = damaged;
  }

  /** What is wrong, by date. */
  async all(dates: readonly string[]): Promise<ReadonlyMap<string, Findings>> {
    const suspects = new Map<string, Findings>();
    const keep = (date: string, found: Findings): void => {
      if (!found.isEmpty) suspects.set(date, found);
    };
    const readable = this.#readable(dates);
    for (const date of dates) if (!readable.includes(date)) keep(date, await this.#unread(date));
    let done = dates.length - readable.length;
    const left = new Set(readable);
    for await (const computed of this.#compute(readable, (date) => void left.add(date))) {
      const { date } = computed;
      left.delete(date);
      keep(date, await this.#compare(computed));
      done += 1;
      const progress = { done, total: dates.length, rows: 0, unit: 'dates' } as const;
      this.#context.observe({ type: 'progress', stage: 'verify', subject: date, ...progress });
    }
    // Damaged since it was looked at.
    for (const date of left) keep(date, await this.#unread(date));
    return suspects;
  }

  /** Dates of which every part, and the whole catalogue, is what the log says. */
  #readable(dates: readonly string[]): readonly string[] {
    const { state } = this.#log;
    if (catalogueParts(state).some(({ key }) => this.#damaged.has(key))) return [];
    const parts = state.activeParts();
    return dates.filter((date) => parts.get(date)?.some(({ key }) => this.#damaged.has(key)) !== true);
  }

  #compute(dates: readonly string[], onDamaged: (date: string) => void): AsyncGenerator<ComputedDate, void> {
    const context = { ...this.#context, state: this.#log.state };
    return computeDates(context, dates, (error) => {
      onDamaged(error.date);
    });
  }

  async #unread(date: string): Promise<Findings> {
    const found = new Findings();
    const { lake } = this.#context;
    const { publication } = await readDate(lake, date, this.#log.state.version(date), found);
    if (publication !== undefined) await checkFiles(lake, publication, found);
    const message = 'the date was not computed again: a part of it, or the catalogue, is damaged.';
    found.note('date_not_compared', date, { message, remedy: 'Mend the parts, then verify again.' });
    return found;
  }

  async #compare(computed: ComputedDate): Promise<Findings> {
    const found = new Findings();
    const { lake } = this.#context;
    const { date, facts } = computed;
    this.computed.add(date);
    this.current.delete(date);
    const { publication, current } = await readDate(lake, date, facts.version, found);
    if (publication !== undefined) await checkFiles(lake, publication, found);
    if (publication === undefined || !current) return found;
    await compareDate(this.#context, publication, computed, found);
    this.current.set(date, publication);
    // What the tables should hold is known only where the publication is right.
    if (found.problems.length > 0) return found;
    await checkMarker(this.#tables, this.#log.identity, publication, found);
    await checkItems(this.#context, this.#tables, computed, found);
    return found;
  }
}

async function findExtras({ lake }: VerifyContext, log: LogUnderTest, findings: Findings): Promise<void> {
  const unnamed: string[] = [];
  const isNamed = (): ((key: string) => boolean) => {
    const named = new Set(log.state.dates().flatMap(keysOfDate));
    return (key) => named.has(key);
  };
  const before = isNamed();
  for await (const { key } of lake.list(PROCESSED)) if (!before(key)) unnamed.push(key);
  if (unnamed.length === 0) return;
  await log.catchUp();
  const after = isNamed();
  for (const key of unnamed) if (!after(key)) extra(findings, key);
}
