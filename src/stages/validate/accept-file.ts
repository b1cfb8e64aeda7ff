import { ScanRejectedError } from '../../csv/errors.ts';
import { FileRejectedError, InvariantError } from '../../errors.ts';
import type { LogEntry } from '../../lake/entry.ts';
import { ObjectChangedError } from '../../lake/errors.ts';
import { lostEntries } from '../../lake/owned-objects.ts';
import { hashObject } from '../../lake/hash-object.ts';
import type { Workspace } from '../../lake/lake.ts';
import type { SourceFile, StageContext } from '../context.ts';
import type { Receipt, Received } from '../receipt.ts';
import { readSidecar, refusalBy, type Sidecar } from '../sidecar.ts';
import { classify } from './classify.ts';
import { decide, type Verdict } from './decide.ts';
import { ContendedError } from './errors.ts';
import { makeVisible } from './make-visible.ts';

/** What became of a delivery. */
export interface Acceptance {
  /** The entry that decides the file: new, or the one that had taken these bytes before. */
  readonly entry: LogEntry;
  /** True if the same bytes had been taken under the same name before: nothing changed. */
  readonly repeated: boolean;
}

export type AcceptProgress = (bytesRead: number, records: number) => void;

/**
 * Takes one file into the log: snapshot, validate, commit, make its parts visible. Before the commit
 * nothing has happened; after it everything can be finished by anyone.
 * @throws ObjectMissingError, ObjectChangedError, ContendedError: the next run tries again
 */
export async function acceptFile(
  context: StageContext,
  file: SourceFile,
  epoch: number,
  onProgress?: AcceptProgress,
): Promise<Acceptance> {
  const attempt = context.ports.uniqueId();
  const workspace = await context.lake.workspace(attempt);
  let committing = false;
  try {
    const examined = await examine(context, file, workspace, onProgress);
    committing = true;
    const acceptance = await commitFile(context, { ...examined, attempt, epoch });
    committing = false;
    return acceptance;
  } catch (error) {
    // Told before anything was committed.
    if (error instanceof ContendedError) committing = false;
    throw error;
  } finally {
    // Between the commit and the visible parts the staged files are the only ones: an error there leaves
    // them for the next run.
    if (!committing) await workspace.dispose();
  }
}

/**
 * Sets a file aside without judging it, because judging it is what fails.
 * @throws ObjectMissingError, ObjectChangedError
 */
export async function refuseFile(
  context: StageContext,
  file: SourceFile,
  epoch: number,
  reason: FileRejectedError,
): Promise<Acceptance> {
  const seen = context.log.state.head;
  const received = await identify(context, file);
  await context.turn?.toCommit();
  // What nobody has tried yet may have taken its place.
  const there = await context.lake.head(file.object.key);
  if (there?.version !== file.object.version) throw new ObjectChangedError(file.object.key);
  const attempt = context.ports.uniqueId();
  return commitFile(context, { file, seen, received, lost: NOTHING_LOST, verdict: reason, attempt, epoch });
}

/** Nobody looked: a file that is refused makes nothing. */
const NOTHING_LOST: ReadonlySet<number> = new Set();

interface Examined {
  /** As it was when it was opened. */
  readonly file: SourceFile;
  /** Number of the newest entry that was known before. */
  readonly seen: number;
  readonly received: Received;
  /** Entries with these bytes whose objects are gone. */
  readonly lost: ReadonlySet<number>;
  readonly verdict: Verdict;
}

interface Decision extends Examined {
  readonly attempt: string;
  readonly epoch: number;
}

async function commitFile(context: StageContext, decision: Decision): Promise<Acceptance> {
  const { lake, log, ports } = context;
  const { file, seen, received, lost } = decision;
  await context.turn?.toCommit();
  context.signal.throwIfAborted();
  // Decided inside the commit, on the log as it is then: another runner may have been faster.
  let taken: LogEntry | undefined;
  const committed = await log.commit((state) => {
    const known = classify(state, { ...file, ...received, asOf: asOfOf(file) }, context, lost);
    if (known.kind === 'taken') {
      taken = known.by;
      return undefined;
    }
    // What came since may be newer than these bytes: whoever stood still must not put the old ones over it.
    if (known.supersedes.some((n) => n > seen)) throw new ContendedError(file.filename);
    return decide({ ...decision, known, at: ports.now(), state });
  });
  context.turn?.committed();
  const entry = committed ?? taken;
  if (entry === undefined) throw new InvariantError(`${file.filename}: the log neither took nor knew it`);
  await makeVisible(lake, entry);
  return { entry, repeated: committed === undefined };
}

/** Reads the bytes that cannot change any more, and judges them unless the log has them already. */
async function examine(
  context: StageContext,
  listed: SourceFile,
  workspace: Workspace,
  onProgress: AcceptProgress | undefined,
): Promise<Examined> {
  const { lake, log } = context;
  const sidecar = listed.sidecar === undefined ? undefined : await readSidecar(lake, listed.sidecar);
  const withSidecar = ({ cid, bytes }: Received): Received =>
    sidecar === undefined ? { cid, bytes } : { cid, bytes, sidecarHash: sidecar.hash };
  const seen = log.state.head;
  const source = await lake.open(listed.object.key);
  if (listed.settled === true && source.info.version !== listed.object.version) {
    source.stream.destroy();
    throw new ObjectChangedError(listed.object.key);
  }
  const file = { ...listed, object: source.info };
  let receipt: Receipt;
  try {
    receipt = await context.receive(context, { file, source, workspace }, onProgress);
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    // What looks broken may be half of an upload: only one version of the file may be rejected.
    const received = withSidecar(await receivedWith(context, file, error));
    // After that: the bytes that are named must be those that were read.
    await source.assertUnchanged();
    // That bytes are missing explains more than what their absence broke.
    return { file, seen, received, lost: NOTHING_LOST, verdict: refusal(sidecar, received) ?? error };
  }
  await source.assertUnchanged();
  await context.turn?.toJudge();
  context.signal.throwIfAborted();
  const received = withSidecar(receipt);
  await log.catchUp();
  const lost = await lostEntries(lake, log.state.activeContents(file.dataset, received.cid));
  const known = classify(log.state, { ...file, ...received, asOf: asOfOf(file) }, context, lost);
  if (known.kind === 'taken' || known.kind === 'refused')
    return { file, seen, received, lost, verdict: undefined };
  return {
    file,
    seen,
    received,
    lost,
    verdict: refusal(sidecar, received) ?? (await judged(receipt, sidecar)),
  };
}

async function judged(receipt: Receipt, sidecar: Sidecar | undefined): Promise<Verdict> {
  try {
    const validated = await receipt.judge();
    return refusal(sidecar, receipt, validated.counts.rows) ?? validated;
  } catch (error) {
    if (error instanceof FileRejectedError) return error;
    throw error;
  }
}

function refusal(
  sidecar: Sidecar | undefined,
  { cid, bytes }: Received,
  rows?: number,
): FileRejectedError | undefined {
  if (sidecar === undefined) return undefined;
  return refusalBy(sidecar, { sha256: cid, bytes, ...(rows === undefined ? {} : { rows }) });
}

async function receivedWith(
  context: StageContext,
  file: SourceFile,
  rejection: FileRejectedError,
): Promise<Received> {
  const known = rejection instanceof ScanRejectedError ? rejection.received : undefined;
  return known === undefined ? identify(context, file) : { cid: known.sha256, bytes: known.bytes };
}

async function identify({ lake }: StageContext, { object }: SourceFile): Promise<Received> {
  const { sha256, bytes } = await hashObject(lake, object.key);
  return { cid: sha256, bytes };
}

/** Against which times are judged: the source's last modification, so that every try judges alike. */
const asOfOf = (file: SourceFile): string => file.object.modified.toISOString();
