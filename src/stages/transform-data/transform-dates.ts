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
  for await (const { files, attempt, facts } of computeDates({ ...context, state }, dates, (error) =>
    damaged.push(error),
  )) {
    const publication = await publishDate(context, files, attempt, facts);
    if (publication === undefined) continue;
    publications.push(publication);
    onDate(publication);
  }
  return { publications, damaged };
}
