import { InvariantError } from '../errors.ts';

/** What an engine says about one record of the clean file. */
export interface RowVerdict {
  /** 1 is the first record of the clean file, its header not counted. Verdicts come in ascending order. */
  readonly row: number;
  readonly reasons: readonly string[];
}

/** Reads verdicts one at a time, in step with the records. */
export class VerdictCursor {
  readonly #verdicts: AsyncIterator<RowVerdict>;
  #row = 0;
  #reasons: readonly string[] = [];

  constructor(verdicts: AsyncIterable<RowVerdict>) {
    this.#verdicts = verdicts[Symbol.asyncIterator]();
  }

  /** The row that the current verdict names; infinite after the last one. */
  get row(): number {
    return this.#row;
  }

  get reasons(): readonly string[] {
    return this.#reasons;
  }

  /** @throws InvariantError if the next verdict is not for a later row */
  async advance(): Promise<void> {
    const next = await this.#verdicts.next();
    const row = next.done === true ? Infinity : next.value.row;
    if (row !== Infinity && !(Number.isSafeInteger(row) && row > this.#row))
      throw new InvariantError(
        `Verdict for row ${row} after row ${this.#row}; rows must be integers and ascend.`,
      );
    this.#row = row;
    this.#reasons = next.done === true ? [] : next.value.reasons;
  }

  /** @throws InvariantError if the current verdict names a row that does not exist */
  assertExhausted(rows: number): void {
    if (this.#row !== Infinity)
      throw new InvariantError(`Verdict for row ${this.#row}, but the clean file has ${rows} rows.`);
  }

  async close(): Promise<void> {
    await this.#verdicts.return?.();
  }
}
