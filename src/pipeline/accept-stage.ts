import { asError, HitparadeError } from '../errors.ts';
import type { LogEntry } from '../lake/entry.ts';
import { LakeError, ObjectChangedError, ObjectMissingError } from '../lake/errors.ts';
import { claimFile, claimName } from '../stages/check-if-processed/claim.ts';
import type { SourceFile } from '../stages/context.ts';
import { acceptFile, refuseFile } from '../stages/validate/accept-file.ts';
import { poisoned, WorkHangsError } from './errors.ts';
import { whileBeating } from './heartbeat.ts';
import type { Progress } from './progress.ts';
import type { RunContext } from './session.ts';
import { decided, takenBefore } from './taken-before.ts';
import { endClaimIfVanished } from './vanished-source.ts';

/** A source file whose fate the log has decided, on its way to the archive. */
export interface DecidedFile {
  readonly source: SourceFile;
  readonly entry: LogEntry;
  /** The same bytes had been taken under the same name before. */
  readonly repeated: boolean;
  /** Of the claim that this runner holds; undefined for users and songs, and for what was decided before. */
  readonly epoch: number | undefined;
  /** That the claim has counted; undefined if the ledger has to be asked. */
  readonly attempts?: number | undefined;
}

/**
 * Claims a file and takes it into the log. undefined if another runner has it, or it is gone.
 * @param onClaimed called when it is claimed; `triedBefore` if an earlier claim has ended without an outcome
 */
export async function acceptSource(
  context: RunContext,
  source: SourceFile,
  progress: Progress,
  onClaimed: (triedBefore: boolean) => void = () => undefined,
): Promise<DecidedFile | undefined> {
  const { ledger, observe } = context;
  const { dataset, filename } = source;
  const name = claimName(source);
  let known: LogEntry | undefined;
  const isNew = context.log.state.latest(dataset, filename) === undefined;
  const claim = await claimFile(
    ledger,
    { name, version: source.object.version, isNew },
    context,
    async () => {
      known = await takenBefore(context, source);
      return known !== undefined;
    },
  ).catch((error: unknown) => {
    if (!sourceMoved(error)) throw error;
    leftForLater(context, source, error);
  });
  if (claim === undefined) return undefined;
  if (!claim.claimed) {
    if (claim.heldBy === undefined && known !== undefined)
      return { source, entry: known, repeated: true, epoch: undefined };
    const message = `another runner (${String(claim.heldBy)}) has this file`;
    observe({ type: 'notice', dataset, subject: filename, message, heldElsewhere: true });
    return undefined;
  }
  onClaimed(claim.attempts > 1);
  try {
    const file = await acceptClaimed(context, source, claim, progress);
    if (dataset === 'streams') return file;
    await ledger.forget(name, claim.epoch);
    return { ...file, epoch: undefined };
  } catch (error) {
    if (!sourceMoved(error)) {
      await releaseClaim(context, name, claim.epoch, isBlameless(context, error));
      throw error;
    }
    leftForLater(context, source, error);
    await ending(context, name, async () => {
      if (!(await endClaimIfVanished(context, source, claim.epoch)))
        await ledger.release(name, claim.epoch, { blameless: true });
    });
    return undefined;
  }
}

/** Tells of a file that changes under us: no failure, since whoever writes it is not done. */
export function leftForLater({ observe }: RunContext, { dataset, filename }: SourceFile, error: Error): void {
  const message = `${error.message} It is left for the next run.`;
  observe({ type: 'notice', dataset, subject: filename, message });
}

/** Takes a file into the log while its claim is kept alive; a play file that the log has costs one look. */
export async function acceptClaimed(
  context: RunContext,
  source: SourceFile,
  { epoch, attempts }: { readonly epoch: number; readonly attempts: number },
  progress: Progress,
): Promise<DecidedFile> {
  const { ledger, log, maxAttempts } = context;
  const name = claimName(source);
  await log.catchUp();
  const known = await decided(context, source);
  if (known !== undefined) return { source, entry: known, repeated: true, epoch, attempts };
  const beat = (): Promise<boolean> => ledger.heartbeat(name, epoch, leaseEnd(context));
  const { entry, repeated } = await whileBeating(context, { of: name, beat }, (beating) =>
    attempts > maxAttempts
      ? refuseFile(beating, source, epoch, poisoned(attempts - 1))
      : acceptFile(beating, source, epoch, progress.reporter(`validate_${source.dataset}`, source)),
  );
  progress.finished(source, rowsOf(entry));
  return { source, entry, repeated, epoch, attempts };
}

/** Ends the claims of files that a run decided and could not finish: the next one need not wait for them. */
export async function releaseDecided(context: RunContext, files: readonly DecidedFile[]): Promise<void> {
  for (const { source, epoch } of files)
    if (epoch !== undefined) await releaseClaim(context, source.filename, epoch, true);
}

function releaseClaim(context: RunContext, name: string, epoch: number, blameless: boolean): Promise<void> {
  return ending(context, name, () => context.ledger.release(name, epoch, { blameless }));
}

async function ending({ observe }: RunContext, name: string, end: () => Promise<unknown>): Promise<void> {
  try {
    await end();
  } catch (error) {
    // What went wrong before is what counts; the lease runs out by itself.
    observe({ type: 'notice', subject: name, message: `its claim stays for now: ${asError(error).message}` });
  }
}

/**
 * Whether the file has nothing to do with why its claim ends: not the disk, the rights or the settings are
 * held against it, but what the engine could not do, what hung, and what nobody expected.
 */
function isBlameless({ signal }: RunContext, error: unknown): boolean {
  if (signal.aborted || error instanceof LakeError) return true;
  if (!(error instanceof HitparadeError) || error instanceof WorkHangsError) return false;
  return error.kind !== 'unexpected';
}

function leaseEnd({ ports, leaseSeconds }: RunContext): Date {
  return new Date(ports.now().getTime() + leaseSeconds * 1000);
}

const rowsOf = (entry: LogEntry): number => (entry.kind === 'accepted' ? entry.counts.rows : 0);

const sourceMoved = (error: unknown): error is ObjectMissingError | ObjectChangedError =>
  error instanceof ObjectMissingError || error instanceof ObjectChangedError;
