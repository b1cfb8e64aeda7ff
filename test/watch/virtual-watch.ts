import { onTestFinished } from 'vitest';
import { LocalLake } from '../../src/lake/local-lake.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { CommitLog } from '../../src/lake/log.ts';
import type { PassResult } from '../../src/pipeline/run.ts';
import type { WatchReport } from '../../src/pipeline/reports.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { watch, type Watched } from '../../src/pipeline/watch.ts';
import type { Pending } from '../../src/stages/wait-for-stream/pending-files.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const NOTHING: PassResult = {
  report: { run: 'r', seconds: 0, files: [], catalogue: [], dates: [] },
  failures: [],
};

/** The names that a pass was given. */
const namesOf = ({ users, songs, streams }: Pending): readonly string[] =>
  [users, songs, streams].flatMap(({ files }) => files.map(({ filename }) => filename));

interface Script {
  readonly settleSeconds?: number;
  readonly reconcileSeconds?: number;
  /** At each wait, with the clock as it is then: the world changes while nobody looks. */
  readonly meanwhile: (clock: {
    readonly seconds: number;
    readonly stop: () => void;
    readonly signal: AbortSignal;
  }) => unknown;
  readonly pass?: (names: readonly string[], log: CommitLog, lake: Lake) => unknown;
  readonly isThere?: () => boolean;
  /** Reading it anew each time is what takes most of the time. */
  readonly log?: () => Promise<CommitLog>;
}

interface Outcome {
  readonly report: WatchReport | undefined;
  readonly error: unknown;
  /** What each pass was given, and at which second. */
  readonly passes: readonly { readonly at: number; readonly names: readonly string[] }[];
  readonly notices: readonly string[];
  readonly closed: number;
  readonly seconds: number;
}

/** Watches a real lake with passes of its own and a clock that only waits move. */
export async function virtualWatch(lake: LocalLake, script: Script): Promise<Outcome> {
  const stop = new AbortController();
  onTestFinished(() => {
    stop.abort();
  });
  let nowMs = 0;
  let closed = 0;
  const passes: { at: number; names: readonly string[] }[] = [];
  const notices: string[] = [];
  const watched: Watched = {
    ports: {
      ...systemPorts,
      elapsedMs: () => nowMs,
      sleep: async (ms, signal) => {
        nowMs += ms;
        await script.meanwhile({
          seconds: nowMs / 1000,
          signal,
          stop: () => {
            stop.abort('SIGTERM');
          },
        });
        signal.throwIfAborted();
      },
    },
    observe: (event) => {
      if (event.type === 'notice') notices.push(`${event.subject}: ${event.message}`);
    },
    lake: () => Promise.resolve(lake),
    isThere: () => Promise.resolve(script.isThere?.() ?? true),
    log: script.log ?? (() => CommitLog.open(lake)),
    pass: async (log, pending) => {
      const names = namesOf(pending);
      passes.push({ at: nowMs / 1000, names });
      await script.pass?.(names, log, lake);
      return NOTHING;
    },
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
  };
  const { settleSeconds = 5, reconcileSeconds = 60 } = script;
  const options = { settleSeconds, reconcileSeconds, signal: stop.signal };
  let [report, error]: [WatchReport | undefined, unknown] = [undefined, undefined];
  try {
    report = await watch(watched, options);
  } catch (thrown) {
    error = thrown;
  }
  return { report, error, passes, notices, closed, seconds: nowMs / 1000 };
}

export async function emptyLake(): Promise<{ readonly lake: LocalLake; readonly directory: string }> {
  const directory = await temporaryDirectory();
  return { lake: await LocalLake.open(directory), directory };
}
