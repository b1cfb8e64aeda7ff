import { ForeignTablesError } from './errors.ts';
import { digestOf, type Publication } from '../../lake/publication.ts';
import type { PublishedDates } from '../../tables/published-dates.ts';

/**
 * The publications that the tables do not hold yet, ascending by date.
 * @param head number of the newest log entry
 * @throws ForeignTablesError if the tables hold what this lake cannot have published
 */
export async function datesToLoad(
  published: PublishedDates,
  publications: ReadonlyMap<string, Publication>,
  head: number,
): Promise<readonly Publication[]> {
  const markers = await published.list();
  for (const [date, { version }] of markers) {
    if (version > head) throw new ForeignTablesError(date, version, head);
  }
  return [...publications.values()]
    .filter((publication) => {
      const marker = markers.get(publication.date);
      if (marker === undefined || marker.version < publication.version) return true;
      return marker.version === publication.version && marker.digest !== digestOf(publication);
    })
    .toSorted((a, b) => (a.date < b.date ? -1 : 1));
}
