import { contracts } from '../../contracts/index.ts';
import { FileRejectedError } from '../../errors.ts';
import type { LogEntry, LogEntryBody } from '../../lake/entry.ts';
import type { LakeState } from '../../lake/state.ts';
import { archiveKey, badRecordsKey, ownedName, partKey, rejectedKey } from '../../lake/zones.ts';
import type { SourceFile } from '../context.ts';
import { type Classification, SAME_NAME } from './classify.ts';
import { ContendedError } from './errors.ts';
import type { Received, Validated } from '../receipt.ts';

/** What validation said of the file; undefined if it was not asked. */
export type Verdict = Validated | FileRejectedError | undefined;

/** The log entry that follows from a delivery, its validation and the log as it is now. */
export function decide(delivery: {
  readonly file: SourceFile;
  readonly received: Received;
  readonly known: Exclude<Classification, { kind: 'taken' }>;
  readonly verdict: Verdict;
  readonly attempt: string;
  readonly epoch: number;
  readonly at: Date;
  readonly state: LakeState;
}): LogEntryBody {
  const { file, received, known, verdict, attempt, epoch, at, state } = delivery;
  const { dataset, filename } = file;
  const asOf = file.object.modified.toISOString();
  const sourceVersion = file.object.version;
  const common = {
    dataset,
    filename,
    ...received,
    sourceVersion,
    asOf,
    at: at.toISOString(),
    attempt,
    epoch,
  };

  const rejection = known.kind === 'refused' ? sameName(known.because) : verdict;
  if (rejection instanceof FileRejectedError) {
    const { code, message, hint, limit } = rejection;
    const error = {
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(limit === undefined ? {} : { limit: { ...limit } }),
    };
    const archive = freeKey(state, received.cid, (suffix) => rejectedKey(dataset, filename, suffix));
    return { ...common, kind: 'rejected', error, supersedes: [], archive };
  }
  const archive =
    dataset === 'streams' ? freeKey(state, received.cid, (suffix) => archiveKey(filename, at, suffix)) : null;
  const decided = { ...common, archive, supersedes: [...known.supersedes] };
  if (known.kind === 'duplicate') return { ...decided, kind: 'duplicate', of: known.owner };
  if (rejection === undefined) throw new ContendedError(filename);
  const name = ownedName(filename, state.head + 1);
  return {
    ...decided,
    kind: 'accepted',
    ruleVersion: contracts[dataset].ruleVersion,
    counts: rejection.counts,
    reasons: { ...rejection.reasons },
    blanked: { ...rejection.blanked },
    ignoredColumns: [...rejection.ignoredColumns],
    ...(rejection.suspectTruncated === true ? { suspectTruncated: true } : {}),
    parts: rejection.parts.map((part) => ({ ...part, key: partKey(dataset, name, part.date) })),
    badRecords: rejection.badRecords.map(({ format, ...object }) => ({
      ...object,
      key: badRecordsKey(dataset, name, format),
    })),
  };
}

function sameName(earlier: LogEntry): FileRejectedError {
  return new FileRejectedError(
    SAME_NAME,
    `a file of this name with other content was taken on ${earlier.at}, and on-same-name is "reject".`,
    {
      hint:
        'Give the file another name, or run with --on-same-name append (both count, plays delivered twice ' +
        'count once) or replace (the new one counts instead).',
    },
  );
}

/** The archive key without a suffix, unless another content has it already. */
function freeKey(state: LakeState, cid: string, keyOf: (suffix: string) => string): string {
  const plain = keyOf('');
  const content = state.archivedContent(plain);
  return content === undefined || content === cid ? plain : keyOf(cid.slice(0, 12));
}
