import { setImmediate } from 'node:timers/promises';
import { run } from '../../src/pipeline/run.ts';
import type { Ports } from '../../src/stages/context.ts';
import { openContext, sizesOf } from '../sim/context.ts';
import { failureOf, isInjected } from '../sim/faults.ts';
import { Random } from '../sim/random.ts';
import { ViolationError } from '../sim/scheduler.ts';
import type { Call, Step } from '../sim/step.ts';
import type { World } from '../sim/world.ts';

export const MODES = ['before', 'after', 'lost'] as const;
/** How a process ends at a call: it dies before or after it, or lives on and is told that it failed. */
export type Mode = (typeof MODES)[number];

/** Where a process meets its fate. */
export interface Point {
  readonly call: number;
  readonly mode: Mode;
}

export interface Life {
  readonly calls: readonly Call[];
  /** Whether it came to the point. */
  readonly met: boolean;
}

/** A clock that every call moves on. */
export interface Clock {
  nowMs: number;
  /** Processes so far. */
  processes: number;
}

const STEP_MS = 10;

/** A run of the program in a process of its own, up to its end or to the point at which it dies. */
export async function live(world: World, clock: Clock, fate?: Point): Promise<Life> {
  const calls: Call[] = [];
  let met = false;
  const state = { dead: false, ended: false };
  let failure: unknown;
  const step: Step = async (call, apply) => {
    await Promise.resolve();
    if (state.dead) return new Promise(() => undefined);
    clock.nowMs += STEP_MS;
    const mode = calls.length === fate?.call ? fate.mode : undefined;
    calls.push(call);
    met ||= mode !== undefined;
    state.dead = mode === 'before' || mode === 'after';
    if (mode !== 'before') {
      try {
        const result = apply();
        if (mode === undefined) return result;
      } catch (error) {
        if (error instanceof ViolationError) failure ??= error;
        throw error;
      }
    }
    if (mode === 'lost') throw failureOf(call, new Random(1), true);
    return new Promise(() => undefined);
  };
  clock.processes += 1;
  clock.nowMs += 1_000;
  const process = `${clock.processes}`;
  let ids = 0;
  const ports: Ports = {
    now: () => new Date(clock.nowMs),
    elapsedMs: () => clock.nowMs,
    uniqueId: () => `id-${process}-${(ids += 1)}`,
    // Beats are not needed here, and nobody else holds anything.
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      }),
    owner: `host:${process}`,
    isOwnerAlive: (name) => name.split(':')[1] === process,
  };
  const { store, dynamodb, onSameName } = world;
  const { signal } = new AbortController();
  void openContext({ store, dynamodb, step, ports, signal, onSameName, ...sizesOf(clock.processes) })
    .then(run)
    .catch((error: unknown) => {
      failure ??= error;
    })
    .finally(() => {
      state.ended = true;
    });
  for (let before = -1; !state.ended && (!state.dead || before < calls.length);) {
    if (before === calls.length) throw new Error(`the process stands still after ${text(calls)}`);
    before = calls.length;
    await setImmediate();
  }
  if (failure !== undefined && !isInjected(failure)) throw failure as Error;
  return { calls, met };
}

const text = (calls: readonly Call[]): string =>
  calls
    .slice(-60)
    .map(({ operation, subject }) => `${operation} ${subject}`)
    .join('\n');
