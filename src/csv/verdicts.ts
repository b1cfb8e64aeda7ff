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
    for (;;) {
      for (; this.#taken < this.#read.length; this.#taken++) {
        const next = this.#read[this.#taken];
        if (next === undefined || next.row > row) return found;
        this.#assertAscends(next.row);
        found.push(next);
      }
      const portion = await this.#verdicts.next();
      if (portion.done === true) return found;
      this.#read = portion.value;
      this.#taken = 0;
    }
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
    const [first] = await this.upTo(Infinity);
    if (first !== undefined)
      throw new InvariantError(`Verdict for row ${first.row}, but the clean file has ${rows} rows.`);
  }

  async close(): Promise<void> {
    await this.#verdicts.return?.();
  }
}
