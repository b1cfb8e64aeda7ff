import type { PlanRunner } from '../engines/engine.ts';
import { LeaseLostError, WorkHangsError } from './errors.ts';
import type { RunContext } from './session.ts';

/** Beats in the time of one lease. After two that were not acknowledged the work stops itself. */
const BEATS = 3;
/** Tries, in the time between two beats, after one that failed. */
const RETRIES = 5;
/** Work that has not moved for so many leases hangs: somebody else should have a try. */
const PATIENT_LEASES = 10;

/**
 * Does work that rests on a lease, and renews the lease meanwhile. A beat counts from the moment it was sent,
 * and only when it was acknowledged: so this process has stopped before anyone else may begin.
 * @param beat renews the lease; `false` if it is somebody else's now
 * @throws LeaseLostError if the lease was lost, or could not be renewed for two thirds of its time
 * @throws WorkHangsError if the work has long given no sign of getting on
 */
export async function whileBeating<T>(
  context: RunContext,
  lease: { readonly of: string; readonly beat: () => Promise<boolean> },
  work: (context: RunContext) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const stopped = new AbortController();
  const stop = (): void => {
    stopped.abort(context.signal.reason);
  };
  context.signal.addEventListener('abort', stop);
  if (context.signal.aborted) stop();
  const moves = { count: 0, waiting: false };
  const beating = keepBeating(context, lease.beat, moves, over.signal, (hangs) => {
    const seconds = PATIENT_LEASES * context.leaseSeconds;
    stopped.abort(hangs ? new WorkHangsError(lease.of, seconds) : new LeaseLostError(lease.of));
  });
  try {
    return await work({ ...counting(context, moves), signal: stopped.signal });
  } finally {
    context.signal.removeEventListener('abort', stop);
    over.abort();
    await beating;
  }
}

/** Returns when the work is over and no beat is under way. */
async function keepBeating(
  { ports, leaseSeconds }: RunContext,
  beat: () => Promise<boolean>,
  moves: Moves,
  over: AbortSignal,
  giveUp: (hangs: boolean) => void,
): Promise<void> {
  const intervalMs = (leaseSeconds * 1000) / BEATS;
  let acknowledgedMs = ports.elapsedMs();
  let moved = { count: moves.count, atMs: acknowledgedMs };
  let underWay: Promise<void> | undefined;
  let waitMs = intervalMs;
  while (await slept(ports.sleep(waitMs, over), over)) {
    const sentMs = ports.elapsedMs();
    if (moves.waiting || moves.count !== moved.count) moved = { count: moves.count, atMs: sentMs };
    const hangs = sentMs - moved.atMs >= PATIENT_LEASES * leaseSeconds * 1000;
    if (hangs || sentMs - acknowledgedMs >= 2 * intervalMs) {
      giveUp(hangs);
      // A beat that is never answered must not keep us.
      return;
    }
    underWay ??= beat()
      .then(
        (mine) => {
          waitMs = intervalMs;
          if (mine) acknowledgedMs = sentMs;
          else giveUp(false);
        },
        // Not acknowledged, for whatever reason: the age of the last one decides.
        () => {
          waitMs = intervalMs / RETRIES;
        },
      )
      .finally(() => {
        underWay = undefined;
      });
  }
  await underWay;
}

interface Moves {
  count: number;
  /** For other work, which has a lease of its own. */
  waiting: boolean;
}

/** The same context, in which every sign that the work gets on is counted. */
function counting(context: RunContext, moves: Moves): RunContext {
  const { engine, receive, turn, observe } = context;
  const move = (): void => {
    moves.count += 1;
  };
  const moving = (runner: PlanRunner): PlanRunner => ({
    run: async (plan, signal) => {
      move();
      return runner.run(plan, signal, move);
    },
    close: () => runner.close(),
  });
  const waiting = (wait: () => Promise<void>) => async (): Promise<void> => {
    moves.waiting = true;
    await wait();
    moves.waiting = false;
    move();
  };
  return {
    ...context,
    engine: {
      ...moving(engine),
      name: engine.name,
      dialect: engine.dialect,
      prepare: async (base, signal) => {
        move();
        return moving(await engine.prepare(base, signal, move));
      },
    },
    receive: (inner, delivery, onProgress) =>
      receive(inner, delivery, (bytes, records) => {
        move();
        onProgress?.(bytes, records);
      }),
    ...(turn === undefined
      ? {}
      : {
          turn: {
            toJudge: waiting(turn.toJudge),
            judged: turn.judged,
            toCommit: waiting(turn.toCommit),
            committed: turn.committed,
          },
        }),
    observe: (event) => {
      move();
      observe(event);
    },
  };
}

/** `false` when the work is over. */
async function slept(sleep: Promise<void>, over: AbortSignal): Promise<boolean> {
  try {
    await sleep;
  } catch (error) {
    if (!over.aborted) throw error;
  }
  return !over.aborted;
}
