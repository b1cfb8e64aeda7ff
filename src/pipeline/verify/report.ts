/** One thing that is not as the log says, or worth knowing. */
export interface VerifyFinding {
  /** For scripts; kinds only ever grow. */
  readonly kind: string;
  /** The date, source file or key of the lake that it is about; a table's name for its items. */
  readonly subject: string;
  readonly message: string;
  /** What to do, with commands in backticks for a shell in the lake's folder; empty if nothing need be done. */
  readonly remedy: string;
}

export interface VerifyReport {
  /** No problem was found. Notes are none. */
  readonly ok: boolean;
  readonly log_entries: number;
  /** Parts that were read. */
  readonly parts: number;
  /** Dates that were computed again and compared. */
  readonly dates: number;
  /** False if the tables could not be read: then the lake alone was verified. */
  readonly tables_checked: boolean;
  readonly problems: readonly VerifyFinding[];
  readonly notes: readonly VerifyFinding[];
}
