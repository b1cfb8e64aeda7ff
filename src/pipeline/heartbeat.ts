import { LeaseLostError } from './errors.ts';
import type { RunContext } from './session.ts';

/** Beats in the time of one lease. After two that were not acknowledged the work stops itself. */
const BEATS = 3;

/**
 * Does work that rests on a lease, and renews the lease meanwhile. A beat counts from the moment it was sent,
 * and only when it was acknowledged: so this process has stopped before anyone else may begin.
 * @param beat renews the lease; `false` if it is somebody else's now
 * @throws LeaseLostError if the lease was lost, or could not be renewed for two thirds of its time
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
  const beating = keepBeating(context, lease.beat, over.signal, () => {
    stopped.abort(new LeaseLostError(lease.of));
  });
  try {
    return await work({ ...context, signal: stopped.signal });
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
  over: AbortSignal,
  giveUp: () => void,
): Promise<void> {
  const intervalMs = (leaseSeconds * 1000) / BEATS;
  let acknowledgedMs = ports.elapsedMs();
  let underWay: Promise<void> | undefined;
  while (await slept(ports.sleep(intervalMs, over), over)) {
    const sentMs = ports.elapsedMs();
    if (sentMs - acknowledgedMs >= 2 * intervalMs) {
      giveUp();
      break;
    }
    underWay ??= beat()
      .then(
        (mine) => {
          if (mine) acknowledgedMs = sentMs;
          else giveUp();
        },
        // Not acknowledged, for whatever reason: the age of the last one decides.
        () => undefined,
      )
      .finally(() => {
        underWay = undefined;
      });
  }
  await underWay;
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
