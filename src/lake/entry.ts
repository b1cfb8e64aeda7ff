import { z } from 'zod';
import { DATASETS } from '../contracts/contract.ts';

/** Raised when an older program could misread an entry; unknown formats stop a run. */
export const LOG_FORMAT = 1;

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** An object that the entry owns: where the attempt staged it, and where it becomes visible. */
const ownedObject = z.object({ key: z.string(), staged: z.string(), bytes: count, sha256, rows: count });

const part = ownedObject.extend({ date: z.string().optional() });

/** What every entry knows of the source file that it decides. */
const common = z.object({
  format: z.literal(LOG_FORMAT),
  n: z.number().int().positive(),
  /** SHA-256 of the previous entry's bytes; empty for the first. */
  previous: sha256.or(z.literal('')),
  dataset: z.enum(DATASETS),
  /** Key below `raw/<dataset>/`. */
  filename: z.string(),
  /** SHA-256 of the bytes as received. */
  cid: sha256,
  bytes: count,
  /** SHA-256 of the sidecar that came with the file, if one did. */
  sidecarHash: sha256.optional(),
  /** The source's version in the lake when it was read: as long as it stays, so do the bytes. */
  sourceVersion: z.string(),
  /** When the source was last modified; future times are judged against it. */
  asOf: z.iso.datetime(),
  /** When the entry was committed. */
  at: z.iso.datetime(),
  /** Unique to the try that wrote this entry: tells mine from theirs after a lost answer. */
  attempt: z.string(),
  epoch: count,
  /** Entries that no longer count because of this one. */
  supersedes: z.array(z.number().int().positive()),
  /** Where the source goes; null for a catalogue file, which stays in raw. */
  archive: z.string().nullable(),
});

const counts = z.object({ rows: count, valid: count, bad: count, duplicates: count });

export const logEntrySchema = z.discriminatedUnion('kind', [
  common.extend({
    kind: z.literal('accepted'),
    ruleVersion: z.number().int(),
    counts,
    reasons: z.record(z.string(), count),
    blanked: z.record(z.string(), count),
    ignoredColumns: z.array(z.string()),
    /** The last record looks as if the file had been cut in it. */
    suspectTruncated: z.literal(true).optional(),
    parts: z.array(part),
    badRecords: z.array(ownedObject),
  }),
  /** The same bytes as the active entry `of`, under another name: its parts count for both. */
  common.extend({ kind: z.literal('duplicate'), of: z.number().int().positive() }),
  common.extend({
    kind: z.literal('rejected'),
    error: z.object({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      /** The limit that was exceeded: under another value the file may be taken. */
      limit: z.object({ name: z.string(), value: z.number() }).optional(),
    }),
  }),
]);

export type LogEntry = z.infer<typeof logEntrySchema>;
export type AcceptedEntry = Extract<LogEntry, { kind: 'accepted' }>;
export type Part = z.infer<typeof part>;
export type OwnedObject = z.infer<typeof ownedObject>;

type Body<E> = E extends LogEntry ? Omit<E, 'format' | 'n' | 'previous'> : never;
/** An entry before it has its place in the log. */
export type LogEntryBody = Body<LogEntry>;
