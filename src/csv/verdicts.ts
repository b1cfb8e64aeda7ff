import { InvariantError } from '../errors.ts';

/** What an engine says about one record of the clean file. */
export interface RowVerdict {
  /** 1 is the first record of the clean file, its header not counted. Verdicts come in ascending order. */
  readonly row: number;
  readonly reasons: readonly string[];
}

/** Reads verdicts in step with the records: as many as concern a batch of them, at once. */
export class VerdictCursor {
  readonly #verdicts: AsyncIterator<readonly RowVerdict[]>;
  #read: readonly RowVerdict[] = [];
  /** Verdicts of `#read` that were taken. */
  #taken = 0;
  #row = 0;

  /** @param verdicts in portions of any size */
  constructor(verdicts: AsyncIterable<readonly RowVerdict[]>) {
    this.#verdicts = verdicts[Symbol.asyncIterator]();
  }

  /**
   * The verdicts on rows up to this one that were not taken yet.
   * @throws InvariantError if a verdict is not for a later row than the one before
   */
  async upTo(row: number): Promise<readonly RowVerdict[]> {
    const found: RowVerdict[] = [];
    do {
      for (; this.#next !== undefined; this.#taken++) {
        const next = this.#next;
        if (next.row > row) return found;
        this.#assertAscends(next.row);
        found.push(next);
      }
    } while (await this.#readMore());
    return found;
  }

  get #next(): RowVerdict | undefined {
    return this.#read[this.#taken];
  }

  /** `false` if there are no more. */
  async #readMore(): Promise<boolean> {
    const portion = await this.#verdicts.next();
    if (portion.done === true) return false;
    this.#read = portion.value;
    this.#taken = 0;
    return true;
  }

  #assertAscends(row: number): void {
    if (!(Number.isSafeInteger(row) && row > this.#row))
      throw new InvariantError(
        `Verdict for row ${row} after row ${this.#row}; rows must be integers and ascend.`,
      );
    this.#row = row;
  }

  /** @throws InvariantError if a verdict names a row that does not exist */
  async assertExhausted(rows: number): Promise<void> {
    while (this.#next === undefined) if (!(await this.#readMore())) return;
    throw new InvariantError(`Verdict for row ${this.#next.row}, but the clean file has ${rows} rows.`);
  }

  async close(): Promise<void> {
    await this.#verdicts.return?.();
  }
}
