import { KPI_VERSION } from '../../kpis/index.ts';
import type { LogEntry } from '../../lake/entry.ts';
import type { Publication } from '../../lake/publication.ts';
import type { FinishedClaim, Ledger } from '../../tables/ledger.ts';
import type { LedgerOutcome } from '../../tables/ledger-item.ts';

/**
 * Whether every date of an entry is published with it: only then may the ledger say `success`.
 * `published` holds, by date, what the tables were last loaded with.
 */
export function isPublished(entry: LogEntry, published: ReadonlyMap<string, Publication>): boolean {
  if (entry.kind !== 'accepted' || entry.dataset !== 'streams') return true;
  return entry.parts.every(({ date }) => {
    const publication = published.get(date ?? '');
    return (
      publication !== undefined && publication.version >= entry.n && publication.kpi_version === KPI_VERSION
    );
  });
}

/**
 * Writes what became of a file to the ledger. With the epoch of a claim, the claim ends; without, the
 * item is rebuilt from the log unless somebody holds the file.
 */
export async function markFile(
  ledger: Ledger,
  filename: string,
  outcome: LedgerOutcome,
  options: {
    /** Of the claim that this runner holds. */
    readonly claimed: FinishedClaim | undefined;
    /** Of the claim under which the log entry was written: a rebuilt item must not fall behind it. */
    readonly committed: number;
    readonly now: Date;
  },
): Promise<boolean> {
  const { claimed, committed, now } = options;
  if (claimed !== undefined && (await ledger.finish(filename, claimed, outcome))) return true;
  return ledger.project(filename, outcome, { now, epoch: committed });
}
