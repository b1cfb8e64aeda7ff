import { contracts } from '../contracts/index.ts';
import type { LogEntry } from '../lake/entry.ts';
import { hashObject } from '../lake/hash-object.ts';
import type { LakeState } from '../lake/state.ts';
import { ObjectChangedError, ObjectMissingError } from '../lake/errors.ts';
import { claimFile } from '../stages/check-if-processed/claim.ts';
import type { SourceFile } from '../stages/context.ts';
import { type Acceptance, acceptFile, refuseFile } from '../stages/validate/accept-file.ts';
import { SAME_NAME } from '../stages/validate/classify.ts';
import type { StageName } from './events.ts';
import { poisoned } from './errors.ts';
import { whileBeating } from './heartbeat.ts';
import type { RunContext } from './session.ts';

/** A source file whose fate the log has decided, on its way to the archive. */
export interface DecidedFile {
  readonly source: SourceFile;
  readonly entry: LogEntry;
  /** The same bytes had been taken under the same name before. */
  readonly repeated: boolean;
  /** Of the claim that this runner holds; undefined for users and songs, which nobody claims. */
  readonly epoch: number | undefined;
}

/** Counts bytes and rows over all files of a run, for people who wait. */
export class Progress {
  readonly #context: RunContext;
  readonly #totalBytes: number;
  #doneBytes = 0;
  #doneRows = 0;

  constructor(context: RunContext, files: readonly SourceFile[]) {
    this.#context = context;
    this.#totalBytes = files.reduce((sum, { object }) => sum + object.bytes, 0);
  }

  reporter(stage: StageName, file: SourceFile): (bytes: number, rows: number) => void {
    const { observe } = this.#context;
    return (bytes, rows) => {
      // Reading a file is about half of the work on it; the engine has the other half.
      const done = this.#doneBytes + Math.floor(bytes / 2);
      const all = { done, total: this.#totalBytes, rows: this.#doneRows + rows };
      observe({ type: 'progress', stage, subject: file.filename, unit: 'bytes', ...all });
    };
  }

  finished(file: SourceFile, rows: number): void {
    this.#doneBytes += file.object.bytes;
    this.#doneRows += rows;
  }
}

/** Takes new versions of users and songs into the log. A file that the log has already costs one look. */
export async function acceptCatalogue(
  context: RunContext,
  files: readonly SourceFile[],
  progress: Progress,
): Promise<readonly DecidedFile[]> {
  const decided: DecidedFile[] = [];
  for (const source of files) {
    const stage = source.dataset === 'users' ? 'validate_users' : 'validate_songs';
    let acceptance: Acceptance;
    try {
      acceptance = await acceptFile(context, source, 0, progress.reporter(stage, source));
    } catch (error) {
      leftForLater(context, source, error);
      continue;
    }
    const { entry, repeated } = acceptance;
    progress.finished(source, rowsOf(entry));
    // A rejected one still has to leave raw, however often it came.
    if (!repeated || entry.kind === 'rejected') decided.push({ source, entry, repeated, epoch: undefined });
  }
  return decided;
}

/** Catalogue files that the log does not have as they lie there, or has under an older contract. */
export async function changedCatalogue(
  { lake, log }: RunContext,
  files: readonly SourceFile[],
): Promise<readonly SourceFile[]> {
  const changed: SourceFile[] = [];
  for (const file of files) {
    const { dataset, filename, object } = file;
    const entry = log.state.activeFile(dataset, filename);
    const known = entry?.kind === 'accepted' && entry.ruleVersion === contracts[dataset].ruleVersion;
    if (known && entry.sourceVersion === object.version) continue;
    // A copied lake, or a touched file: the bytes decide.
    const same =
      known && entry.bytes === object.bytes && (await hashObject(lake, object.key)).sha256 === entry.cid;
    if (!same) changed.push(file);
  }
  return changed;
}

/** Claims a play file and takes it into the log. undefined if another runner has it, or it is gone. */
export async function acceptStream(
  context: RunContext,
  source: SourceFile,
  progress: Progress,
): Promise<DecidedFile | undefined> {
  const { ledger, observe } = context;
  const { filename } = source;
  const claim = await claimFile(ledger, filename, context);
  if (!claim.claimed) {
    observe({ type: 'notice', subject: filename, message: `another runner (${claim.heldBy}) has this file` });
    return undefined;
  }
  try {
    return await acceptClaimed(context, source, claim, progress);
  } catch (error) {
    await ledger.release(filename, claim.epoch, { blameless: sourceMoved(error) });
    leftForLater(context, source, error);
    return undefined;
  }
}

/** Takes a play file into the log while its claim is kept alive; one that the log has costs one look. */
export async function acceptClaimed(
  context: RunContext,
  source: SourceFile,
  { epoch, attempts }: { readonly epoch: number; readonly attempts: number },
  progress: Progress,
): Promise<DecidedFile> {
  const { ledger, log, maxAttempts } = context;
  const { filename } = source;
  await log.catchUp();
  const known = decided(log.state, source);
  if (known !== undefined) return { source, entry: known, repeated: true, epoch };
  const beat = (): Promise<boolean> => ledger.heartbeat(filename, epoch, leaseEnd(context));
  const { entry, repeated } = await whileBeating(context, { of: filename, beat }, (beating) =>
    attempts > maxAttempts
      ? refuseFile(beating, source, epoch, poisoned(attempts - 1))
      : acceptFile(beating, source, epoch, progress.reporter('validate_streams', source)),
  );
  progress.finished(source, rowsOf(entry));
  return { source, entry, repeated, epoch };
}

/** What the log says of exactly this object: it was taken, and only has to be finished. */
function decided(state: LakeState, { dataset, filename, object }: SourceFile): LogEntry | undefined {
  const entry = state.latest(dataset, filename);
  if (entry?.sourceVersion !== object.version) return undefined;
  // The policy for known names may be another by now.
  return entry.kind === 'rejected' && entry.error.code === SAME_NAME ? undefined : entry;
}

function leaseEnd({ ports, leaseSeconds }: RunContext): Date {
  return new Date(ports.now().getTime() + leaseSeconds * 1000);
}

const rowsOf = (entry: LogEntry): number => (entry.kind === 'accepted' ? entry.counts.rows : 0);

const sourceMoved = (error: unknown): error is ObjectMissingError | ObjectChangedError =>
  error instanceof ObjectMissingError || error instanceof ObjectChangedError;

/** A source that changes or goes while it is read is no failure: whoever writes it is not done. */
function leftForLater({ observe }: RunContext, { dataset, filename }: SourceFile, error: unknown): void {
  if (!sourceMoved(error)) throw error;
  const message = `${error.message} It is left for the next run.`;
  observe({ type: 'notice', dataset, subject: filename, message });
}
