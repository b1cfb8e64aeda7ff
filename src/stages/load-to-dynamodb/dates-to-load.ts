import type { CommitLog } from '../../lake/log.ts';
import { digestOf, type Publication } from '../../lake/publication.ts';
import type { PublishedDate, PublishedDates } from '../../tables/published-dates.ts';
import { ForeignTablesError, LostEntriesError } from './errors.ts';

/** What the tables were last loaded with, by date. */
export type Markers = ReadonlyMap<string, PublishedDate>;

/**
 * Reads the markers of the tables.
 * @throws ForeignTablesError if the tables hold charts of another lake: nothing may be mixed with them
 * @throws LostEntriesError if they hold what the log does not have any more
 */
export async function readMarkers(published: PublishedDates, log: CommitLog): Promise<Markers> {
  const markers = await published.list();
  // After the markers: of an empty lake, the first entry may have been written and published meanwhile.
  if (log.identity === '') await log.catchUp();
  for (const [date, { lake, version }] of markers) {
    if (lake !== log.identity) throw new ForeignTablesError(date);
    if (version > log.state.head) await log.catchUp();
    if (version > log.state.head) throw new LostEntriesError(date, version, log.state.head);
  }
  return markers;
}

/** The publications that the tables do not hold yet, ascending by date. */
export function datesToLoad<Stored extends Publication>(
  markers: Markers,
  publications: ReadonlyMap<string, Stored>,
): readonly Stored[] {
  return [...publications.values()]
    .filter((publication) => {
      // Its files are being replaced: whoever does that has it loaded.
      if (publication.next !== null) return false;
      const marker = markers.get(publication.date);
      if (marker === undefined || marker.version < publication.version) return true;
      if (marker.version > publication.version) return false;
      return marker.kpi_version !== publication.kpi_version || marker.digest !== digestOf(publication);
    })
    .toSorted((a, b) => (a.date < b.date ? -1 : 1));
}
