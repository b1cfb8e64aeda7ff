import type { LogEntry } from '../lake/entry.ts';
import type { Publication } from '../lake/publication.ts';
import type { LakeState } from '../lake/state.ts';
import { rawKey } from '../lake/zones.ts';
import { isPublished } from '../stages/mark-as-processed/mark.ts';
import type { FileReport, FileStatus } from './reports.ts';

export type Publications = ReadonlyMap<string, Publication>;

const STATUS = { accepted: 'success', duplicate: 'duplicate', rejected: 'failed' } as const;

/** A file is done only when all its dates are published with it. */
export const currentStatusOf = (entry: LogEntry, loaded: Publications): FileStatus =>
  isPublished(entry, loaded) ? STATUS[entry.kind] : 'processing';

/** The report as it stands now. */
export function currentReportOf(entry: LogEntry, state: LakeState, loaded: Publications): FileReport {
  return { ...reportOf(entry, state, loaded), status: currentStatusOf(entry, loaded) };
}

/** What the log, and the publications for unknown tracks and users, say of the file of an entry. */
export function reportOf(entry: LogEntry, state: LakeState, publications: Publications): FileReport {
  const common = {
    status: STATUS[entry.kind],
    dataset: entry.dataset,
    filename: entry.filename,
    processed_on: entry.at,
    hash: entry.cid,
    bytes: entry.bytes,
    log_number: entry.n,
    location: entry.archive ?? rawKey(entry.dataset, entry.filename),
  };
  const nothing = {
    rows: 0,
    valid: 0,
    bad: 0,
    duplicates: 0,
    unknown_track: 0,
    unknown_user: 0,
    dates: [],
    reasons: {},
    blanked: {},
    ignored_columns: [],
    suspect_truncated: false,
    error: null,
    duplicate_of: null,
  };
  switch (entry.kind) {
    case 'accepted':
      return {
        ...common,
        ...nothing,
        ...entry.counts,
        ...unknowns(entry, publications),
        dates: entry.parts.flatMap(({ date }) => date ?? []).toSorted(),
        reasons: entry.reasons,
        blanked: entry.blanked,
        ignored_columns: entry.ignoredColumns,
        suspect_truncated: entry.suspectTruncated === true,
      };
    case 'duplicate': {
      const original = state.entry(entry.of);
      return { ...common, ...nothing, duplicate_of: original?.filename ?? null };
    }
    case 'rejected': {
      const { message, hint } = entry.error;
      return {
        ...common,
        ...nothing,
        error: hint === undefined ? message : `${message} ${hint}`,
      };
    }
  }
}

type PartCounts = Publication['parts'][number];
/** A date can have a thousand parts, and each is asked about. */
const byKey = new WeakMap<Publication, ReadonlyMap<string, PartCounts>>();

function countsOf(publication: Publication): ReadonlyMap<string, PartCounts> {
  let counts = byKey.get(publication);
  if (counts === undefined) {
    counts = new Map(publication.parts.map((part) => [part.key, part]));
    byKey.set(publication, counts);
  }
  return counts;
}

/** Plays of this entry's parts whose track or user the catalogue does not know, as last published. */
function unknowns(
  entry: Extract<LogEntry, { kind: 'accepted' }>,
  publications: Publications,
): { unknown_track: number; unknown_user: number } {
  const sums = { unknown_track: 0, unknown_user: 0 };
  for (const { date, key } of entry.parts) {
    const publication = publications.get(date ?? '');
    const counts = publication === undefined ? undefined : countsOf(publication).get(key);
    sums.unknown_track += counts?.unknown_track ?? 0;
    sums.unknown_user += counts?.unknown_user ?? 0;
  }
  return sums;
}
