import type { Publication, StoredPublication } from '../../lake/publication.ts';
import type { StageContext } from '../context.ts';
import { computeDates } from './compute-dates.ts';
import type { DamagedPartsError } from './errors.ts';
import { publishDate } from './publish-date.ts';

export interface Transformed {
  readonly publications: readonly Publication[];
  /** Dates that were left as they are. */
  readonly damaged: readonly DamagedPartsError[];
}

/** Computes the KPIs of dates from exactly the parts that the log lists, and swaps them into `processed/`. */
export async function transformDates(
  context: StageContext,
  dates: readonly string[],
  onDate: (publication: StoredPublication) => void = () => undefined,
): Promise<Transformed> {
  if (dates.length === 0) return { publications: [], damaged: [] };
  const publications: Publication[] = [];
  const damaged: DamagedPartsError[] = [];
  const { state } = context.log;
  const computed = computeDates({ ...context, state }, dates, (error) => damaged.push(error));
  for await (const { files, attempt, facts } of oneAhead(computed)) {
    // It was computed while the one before was published, and much can have happened since.
    context.signal.throwIfAborted();
    const publication = await publishDate(context, files, attempt, facts);
    if (publication === undefined) continue;
    publications.push(publication);
    onDate(publication);
  }
  return { publications, damaged };
}

/** The same, but the next one is made while one is worked with. */
async function* oneAhead<T>(source: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  const next = (): Promise<IteratorResult<T, void>> => {
    const result = source.next();
    // Told when it is its turn.
    result.catch(() => undefined);
    return result;
  };
  try {
    for (let result = next(); ;) {
      const { done, value } = await result;
      if (done === true) return;
      result = next();
      yield value;
    }
  } finally {
    await source.return();
  }
}
