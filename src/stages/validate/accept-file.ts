import { ScanRejectedError } from '../../csv/errors.ts';
import { takeSnapshot } from '../../csv/snapshot.ts';
import { FileRejectedError, InvariantError } from '../../errors.ts';
import type { LogEntry } from '../../lake/entry.ts';
import { doing } from '../../lake/local-files.ts';
import { hashObject } from '../../lake/hash-object.ts';
import type { Workspace } from '../../lake/lake.ts';
import type { SourceFile, StageContext } from '../context.ts';
import { classify } from './classify.ts';
import { decide, type Received, type Verdict } from './decide.ts';
import { makeVisible } from './make-visible.ts';
import { validateFile } from './validate-file.ts';

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
  const { lake, log, ports } = context;
  const attempt = ports.uniqueId();
  const asOf = asOfOf(file);
  const workspace = await lake.workspace(attempt);
  let committing = false;
  try {
    const { received, verdict } = await doing(`take ${file.object.key}`, () =>
      examine(context, file, workspace, onProgress),
    );
    // Decided inside the commit, on the log as it is then: another runner may have been faster.
    let taken: LogEntry | undefined;
    committing = true;
    const committed = await log.commit((state) => {
      const known = classify(state, { ...file, ...received, asOf }, context);
      taken = known.kind === 'taken' ? known.by : undefined;
      if (known.kind === 'taken') return undefined;
      return decide({ file, received, known, verdict, attempt, epoch, at: ports.now(), state });
    });
    const entry = committed ?? taken;
    if (entry === undefined) throw new InvariantError(`${file.filename}: the log neither took nor knew it`);
    await makeVisible(lake, entry);
    committing = false;
    return { entry, repeated: committed === undefined };
  } finally {
    // Between the commit and the visible parts the staged files are the only ones: an error there leaves
    // them for the next run.
    if (!committing) await workspace.dispose();
  }
}

/** Reads the bytes that cannot change any more, and judges them unless the log has them already. */
async function examine(
  context: StageContext,
  file: SourceFile,
  workspace: Workspace,
  onProgress: AcceptProgress | undefined,
): Promise<{ received: Received; verdict: Verdict }> {
  const { lake, log, limits, signal } = context;
  try {
    const source = await lake.open(file.object.key);
    const snapshot = await takeSnapshot(source.stream, {
      rawPath: workspace.path('received'),
      cleanPath: workspace.path('clean.csv'),
      compressed: file.filename.endsWith('.gz'),
      limits,
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    await source.assertUnchanged();
    const received: Received = { cid: snapshot.sha256, bytes: snapshot.bytes };
    await log.catchUp();
    const known = classify(log.state, { ...file, ...received, asOf: asOfOf(file) }, context);
    if (known.kind === 'taken' || known.kind === 'refused') return { received, verdict: undefined };
    return {
      received,
      verdict: await judged(context, { ...file, object: source.info }, snapshot, workspace),
    };
  } catch (error) {
    if (!(error instanceof FileRejectedError)) throw error;
    const known = error instanceof ScanRejectedError ? error.received : undefined;
    const { sha256: cid, bytes } = known ?? (await hashObject(lake, file.object.key));
    return { received: { cid, bytes }, verdict: error };
  }
}

async function judged(...job: Parameters<typeof validateFile>): Promise<Verdict> {
  try {
    return await validateFile(...job);
  } catch (error) {
    if (error instanceof FileRejectedError) return error;
    throw error;
  }
}

/** Against which times are judged: the source's last modification, so that every try judges alike. */
const asOfOf = (file: SourceFile): string => file.object.modified.toISOString();
