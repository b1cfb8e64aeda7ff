import { expect, test } from 'vitest';
import { LeaseLostError, WorkHangsError } from '../../src/pipeline/errors.ts';
import { whileBeating } from '../../src/pipeline/heartbeat.ts';
import type { RunContext } from '../../src/pipeline/session.ts';

/** A context whose time passes only when it is told to; one lease is 30 s. */
function virtual(stop = new AbortController()) {
  let nowMs = 0;
  let wake: (() => void) | undefined;
  const moves: (() => void)[] = [];
  const context = {
    leaseSeconds: 30,
    signal: stop.signal,
    observe: () => undefined,
    engine: { name: 'none' },
    ports: {
      elapsedMs: () => nowMs,
      sleep: (_: number, signal: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          const over = (): void => {
            reject(new Error('over'));
          };
          signal.addEventListener('abort', over);
          wake = () => {
            signal.removeEventListener('abort', over);
            resolve();
          };
        }),
    },
  } as unknown as RunContext;
  return {
    context,
    moves,
    /** Lets time pass, in one jump, and everything that follows from it happen. */
    pass: async (seconds: number): Promise<void> => {
      nowMs += seconds * 1000;
      wake?.();
      await new Promise(setImmediate);
    },
  };
}

/** Work that goes on until its signal is aborted or it is told to end. */
function work() {
  let end = (): void => undefined;
  const job = ({ signal }: RunContext) =>
    new Promise<string>((resolve, reject) => {
      end = () => {
        resolve('done');
      };
      signal.addEventListener('abort', () => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as throwIfAborted does
        reject(signal.reason);
      });
    });
  return {
    job,
    end: () => {
      end();
    },
  };
}

const mine = () => Promise.resolve(true);

test('work that beats goes on for as long as it takes', async () => {
  const { context, pass } = virtual();
  const { job, end } = work();
  let beats = 0;
  const beat = () => Promise.resolve((beats += 1) > 0);
  const result = whileBeating(context, { of: 'a file', beat }, job);
  for (let tens = 0; tens < 20; tens++) await pass(10);
  end();
  expect(await result).toBe('done');
  expect(beats).toBe(20);
});

test('a beat that says the lease is somebody else’s stops the work', async () => {
  const { context, pass } = virtual();
  const result = whileBeating(context, { of: 'a file', beat: () => Promise.resolve(false) }, work().job);
  await Promise.all([expect(result).rejects.toThrow(LeaseLostError), pass(10)]);
});

test.each([
  ['fail', () => Promise.reject(new Error('unreachable'))],
  ['are never answered', () => new Promise<boolean>(() => undefined)],
])('beats that %s stop the work after two thirds of the lease', async (_, beat) => {
  const { context, pass } = virtual();
  const { job } = work();
  let stopped = false;
  const watched = (inner: RunContext) => {
    inner.signal.addEventListener('abort', () => (stopped = true));
    return job(inner);
  };
  void whileBeating(context, { of: 'a file', beat }, watched).catch(() => undefined);
  await pass(10);
  expect(stopped).toBe(false);
  await pass(10);
  expect(stopped).toBe(true);
});

test('one beat that fails is made up for by the next', async () => {
  const { context, pass } = virtual();
  const { job, end } = work();
  let beats = 0;
  const beat = () => ((beats += 1) % 2 === 0 ? Promise.reject(new Error('lost')) : Promise.resolve(true));
  const result = whileBeating(context, { of: 'a file', beat }, job);
  for (let times = 0; times < 9; times++) await pass(times % 2 === 0 ? 10 : 2);
  end();
  expect(await result).toBe('done');
});

test('a beat counts from when it was sent, not from when it was answered', async () => {
  const { context, pass } = virtual();
  let answer: (mine: boolean) => void = () => undefined;
  const beat = () => new Promise<boolean>((resolve) => (answer = resolve));
  const result = whileBeating(context, { of: 'a file', beat }, work().job);
  const lost = expect(result).rejects.toThrow(LeaseLostError);
  await pass(10);
  await pass(9);
  answer(true);
  await pass(0);
  await pass(11);
  await lost;
});

test('a process that stood still for longer than its lease stops when it goes on', async () => {
  const { context, pass } = virtual();
  const result = whileBeating(context, { of: 'a file', beat: mine }, work().job);
  await Promise.all([expect(result).rejects.toThrow(LeaseLostError), pass(31)]);
});

test('work that hangs loses its lease, work that moves does not', async () => {
  for (const moves of [false, true]) {
    const { context, pass } = virtual();
    const { job, end } = work();
    let inner: RunContext | undefined;
    const result = whileBeating(context, { of: 'a file', beat: mine }, (given) => {
      inner = given;
      return job(given);
    });
    const outcome = moves
      ? expect(result).resolves.toBe('done')
      : expect(result).rejects.toThrow(WorkHangsError);
    for (let tens = 0; tens < 31; tens++) {
      if (moves) inner?.observe({ type: 'run_finished', run: 'r', seconds: 0 });
      await pass(10);
    }
    end();
    await outcome;
  }
});

test('a stop from outside keeps its reason', async () => {
  const stop = new AbortController();
  const { context } = virtual(stop);
  const result = whileBeating(context, { of: 'a file', beat: mine }, work().job);
  stop.abort(new Error('asked to stop'));
  await expect(result).rejects.toThrow('asked to stop');
});
