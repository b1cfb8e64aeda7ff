import { digestOf, type Publication } from '../../lake/publication.ts';
import type { PublishedDates } from '../../tables/published-dates.ts';

/** The publications that the tables do not hold yet, ascending by date. */
export async function datesToLoad(
  published: PublishedDates,
  publications: ReadonlyMap<string, Publication>,
): Promise<readonly Publication[]> {
  const markers = await published.list();
  return [...publications.values()]
    .filter((publication) => {
      const marker = markers.get(publication.date);
      if (marker === undefined || marker.version < publication.version) return true;
      return marker.version === publication.version && marker.digest !== digestOf(publication);
    })
    .toSorted((a, b) => (a.date < b.date ? -1 : 1));
}
