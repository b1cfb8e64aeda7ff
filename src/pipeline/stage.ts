import { asError } from '../errors.ts';
import type { LogEntry } from '../lake/entry.ts';
import { ObjectMissingError } from '../lake/errors.ts';
import { rawKey, sidecarKey } from '../lake/zones.ts';
import { claimFile } from '../stages/check-if-processed/claim.ts';
import type { SourceFile } from '../stages/context.ts';
import { pendingFiles } from '../stages/wait-for-stream/pending-files.ts';
import { acceptClaimed, acceptSource, type DecidedFile } from './accept-stage.ts';
import { changedCatalogue } from './changed-catalogue.ts';
import { LeaseHeldError } from './errors.ts';
import type { StageName } from './events.ts';
import { currentReportOf, reportOf } from './file-report.ts';
import type { StageReport } from './hitparade.ts';
import { Progress } from './progress.ts';
import { publishing } from './publish-lock.ts';
import { takenBefore } from './taken-before.ts';
import { loadBehind, loadedPublications, transformBehind } from './publish-stage.ts';
import { readManifest, writeManifestFile } from './run-manifest.ts';
import type { RunContext } from './session.ts';
import { archiveFiles, makeAllVisible, markFiles, prepareTables, settle } from './settle-stage.ts';
import { endClaimIfVanished } from './vanished-source.ts';

interface Job {
  readonly run: string;
  readonly file: string | undefined;
}
interface Outcome {
  readonly worked: boolean;
  readonly decided?: readonly DecidedFile[];
  readonly dates?: readonly string[];
}

/** One stage alone. It does what `run` does there; the run's manifest in the lake links the stages. */
export async function runStage(context: RunContext, name: StageName, job: Job): Promise<StageReport> {
  const { lake, log } = context;
  await prepareTables(context);
  const pending = (await pendingFiles(lake, 'streams')).files.filter(
    ({ filename }) => job.file === undefined || filename === job.file,
  );
  const work = (of: RunContext): Promise<Outcome> => STAGE_WORK[name](of, job, pending);
  const {
    worked,
    decided = [],
    dates = [],
  } = await (PUBLISHES.has(name) ? publishing(context, work) : work(context));
  const loaded = await loadedPublications(context);
  return {
    run: job.run,
    stage: name,
    worked,
    pending: pending.map(({ filename }) => filename),
    files: decided.map(({ entry }) => currentReportOf(entry, log.state, loaded)),
    dates,
  };
}

/** Stages that write what readers of charts see, or that rest on it. */
const PUBLISHES: ReadonlySet<StageName> = new Set<StageName>([
  'transform_data',
  'load_to_dynamodb',
  'mark_as_processed',
  'archive_stream_file',
]);

type StageWork = (context: RunContext, job: Job, pending: readonly SourceFile[]) => Promise<Outcome>;

const STAGE_WORK: Readonly<Record<StageName, StageWork>> = {
  wait_for_stream: (_, __, pending) => Promise.resolve({ worked: pending.length > 0 }),

  check_if_processed: async (context, { run }, pending) => {
    const { ledger, ports, lake } = context;
    // Of the run, not of this process, which ends before the run does.
    const owner = `${ports.owner.split(':')[0] ?? ''}:run:${run}`;
    const held: string[] = [];
    for (const source of pending) {
      const { filename, object } = source;
      let taken: LogEntry | undefined;
      const claim = await claimFile(
        ledger,
        { name: filename, version: object.version },
        { ...context, owner },
        async () => (taken = await takenBefore(context, source)) !== undefined,
      );
      const unclaimed = { filename, epoch: 0, attempts: 1, log_number: null, repeated: false };
      if (claim.claimed) {
        const { epoch, attempts } = claim;
        await writeManifestFile(lake, run, { ...unclaimed, epoch, attempts });
      } else if (taken !== undefined) {
        // Only to be finished, which needs no claim.
        await writeManifestFile(lake, run, { ...unclaimed, log_number: taken.n, repeated: true });
      } else if (claim.heldBy === owner) {
        // By an earlier try of this stage, which may have died before it wrote that down.
        const item = await ledger.get(filename);
        if ((await readManifest(lake, run, filename)).length === 0 && item !== undefined)
          await writeManifestFile(lake, run, { ...unclaimed, epoch: item.epoch, attempts: item.attempts });
      } else held.push(`${filename} (by ${String(claim.heldBy)})`);
    }
    if (held.length > 0 && held.length === pending.length) {
      throw new LeaseHeldError(`claimed elsewhere: ${held.join(', ')}.`, {
        hint: 'Run this stage again later.',
      });
    }
    return { worked: pending.length > held.length };
  },

  validate_users: (context) => validateCatalogue(context, 'users'),
  validate_songs: (context) => validateCatalogue(context, 'songs'),

  validate_streams: async (context, { run, file }, pending) => {
    const claimed = new Map(
      (await readManifest(context.lake, run, file)).map((item) => [item.filename, item]),
    );
    const files = pending.filter(({ filename }) => claimed.get(filename)?.log_number === null);
    const progress = new Progress(context, files);
    const decided: DecidedFile[] = [];
    const failures: Error[] = [];
    for (const source of files) {
      const { filename } = source;
      const { epoch = 0, attempts = 1 } = claimed.get(filename) ?? {};
      try {
        const file = await acceptClaimed(context, source, { epoch, attempts }, progress);
        const { entry, repeated } = file;
        await writeManifestFile(context.lake, run, {
          filename,
          epoch,
          attempts,
          log_number: entry.n,
          repeated,
        });
        decided.push(file);
      } catch (error) {
        context.signal.throwIfAborted();
        if (error instanceof ObjectMissingError) await endClaimIfVanished(context, source, epoch);
        // As in a run: one file must not keep the others from being counted.
        failures.push(asError(error));
      }
    }
    if (failures[0] !== undefined) throw failures[0];
    return { worked: decided.length > 0, decided };
  },

  transform_data: async (context) => {
    await makeAllVisible(context);
    const { publications, damaged } = await transformBehind(context);
    if (damaged[0] !== undefined) throw damaged[0];
    const dates = publications.map(({ date }) => date);
    return { worked: dates.length > 0, dates };
  },

  load_to_dynamodb: async (context) => {
    const dates = (await loadBehind(context)).reports.map(({ date }) => date);
    return { worked: dates.length > 0, dates };
  },

  mark_as_processed: async (context, { run, file }) => {
    const decided = await decidedFiles(context, run, file);
    const loaded = await loadedPublications(context);
    const dates = new Set(decided.flatMap(({ entry }) => reportOf(entry, context.log.state, loaded).dates));
    await markFiles(context, { decided, dates, all: false, loaded });
    return { worked: decided.length > 0, decided };
  },

  archive_stream_file: async (context, { run, file }) => {
    const decided = await decidedFiles(context, run, file);
    const loaded = await loadedPublications(context);
    const [failure] = await archiveFiles(context, decided, loaded);
    await settle(context, loaded);
    if (failure !== undefined) throw failure;
    return { worked: decided.length > 0, decided };
  },
};

async function validateCatalogue(context: RunContext, dataset: 'users' | 'songs'): Promise<Outcome> {
  const { files } = await pendingFiles(context.lake, dataset);
  const changed = await changedCatalogue(context, files);
  const progress = new Progress(context, changed);
  const taken: DecidedFile[] = [];
  for (const source of changed) {
    const file = await acceptSource(context, source, progress);
    if (file !== undefined) taken.push(file);
  }
  const decided = taken.filter(({ repeated, entry }) => !repeated || entry.kind === 'rejected');
  const [failure] = await archiveFiles(context, decided, new Map());
  if (failure !== undefined) throw failure;
  return { worked: decided.length > 0, decided };
}

/** The run's files that the log has decided and that still lie in raw. */
async function decidedFiles(
  context: RunContext,
  run: string,
  file?: string,
): Promise<readonly DecidedFile[]> {
  const { lake, log } = context;
  const files = await readManifest(lake, run, file);
  const decided = await Promise.all(
    files.map(async ({ filename, epoch, log_number, repeated }): Promise<readonly DecidedFile[]> => {
      const entry = log_number === null ? undefined : log.state.entry(log_number);
      const key = rawKey('streams', filename);
      const object = await lake.head(key);
      if (entry === undefined || object === undefined) return [];
      const sidecar = await lake.head(sidecarKey(key));
      return [{ source: { dataset: 'streams', filename, object, sidecar }, entry, repeated, epoch }];
    }),
  );
  return decided.flat();
}
