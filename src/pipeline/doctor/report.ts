/** One thing that was looked at before anything runs. */
export interface DoctorCheck {
  /** For scripts; names only ever grow. */
  readonly name: string;
  /** False if something would fail, or be left undone, because of it. */
  readonly ok: boolean;
  readonly found: string;
  /** What to do. With `ok`, something to think about; usually empty then. */
  readonly remedy: string;
}

export interface DoctorReport {
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}
