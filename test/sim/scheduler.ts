import { setImmediate } from 'node:timers/promises';
import { failureOf, type Fault } from './faults.ts';
import type { Random } from './random.ts';
import type { Call, Step } from './step.ts';

interface Pending {
  readonly call: Call;
  readonly apply: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  notBeforeMs: number;
  /** A call meets one fault at most. */
  tried: boolean;
}

interface Timer {
  readonly atMs: number;
  readonly ring: () => void;
}

export interface Event {
  readonly step: number;
  readonly atMs: number;
  readonly who: string;
  readonly what: Call | string;
  readonly fault?: Fault | undefined;
}

/** One process: its calls and timers go on only when the scheduler says so. */
export class Process {
  readonly name: string;
  readonly host: string;
  readonly skewMs: number;
  readonly stop = new AbortController();
  readonly pending: Pending[] = [];
  readonly timers = new Set<Timer>();
  state: 'running' | 'done' | 'dead' = 'running';
  pausedUntilMs = 0;
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler, name: string, host: string, skewMs: number) {
    this.#scheduler = scheduler;
    this.name = name;
    this.host = host;
    this.skewMs = skewMs;
  }

  readonly step: Step = <T>(call: Call, apply: () => T) =>
    new Promise<T>((resolve, reject) => {
      // The promises of the dead never go on.
      if (this.state === 'dead') return;
      const settle = resolve as (value: unknown) => void;
      this.pending.push({ call, apply, resolve: settle, reject, notBeforeMs: 0, tried: false });
    });

  now(): Date {
    return new Date(this.#scheduler.nowMs + this.skewMs);
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        this.timers.delete(timer);
        signal.removeEventListener('abort', abort);
      };
      const timer = {
        atMs: this.#scheduler.nowMs + ms,
        ring: () => {
          forget();
          resolve();
        },
      };
      const abort = (): void => {
        forget();
        reject(signal.reason as Error);
      };
      if (signal.aborted) abort();
      else {
        signal.addEventListener('abort', abort);
        this.timers.add(timer);
      }
    });
  }

  /** When it can go on by itself: now, later or never. */
  readyAtMs(): number {
    let at = Infinity;
    for (const { notBeforeMs } of this.pending) at = Math.min(at, notBeforeMs);
    for (const { atMs } of this.timers) at = Math.min(at, atMs);
    return Math.max(at, this.pausedUntilMs);
  }

  die(): void {
    this.state = 'dead';
    this.pending.length = 0;
    this.timers.clear();
  }
}

export interface SchedulerOptions {
  readonly random: Random;
  readonly startMs: number;
  readonly faultOf: (call: Call) => Fault | undefined;
  readonly onFault: (fault: Fault) => void;
}

/**
 * Runs processes one call at a time. Between two calls everything that can go on has gone on, so the order
 * of all calls follows from the random numbers alone. Time is only what the scheduler says.
 */
export class Scheduler {
  nowMs: number;
  steps = 0;
  readonly processes: Process[] = [];
  readonly #options: SchedulerOptions;
  readonly #late: { readonly atMs: number; readonly apply: () => unknown; readonly who: Process }[] = [];
  readonly #trace: Event[] = [];
  #digest = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.nowMs = options.startMs;
  }

  start(
    process: Process,
    work: (process: Process) => Promise<void>,
    ended: (process: Process, error: unknown) => void,
  ): void {
    this.processes.push(process);
    const end = (error: unknown): void => {
      if (process.state !== 'running') return;
      process.state = 'done';
      process.timers.clear();
      this.note(process.name, error instanceof Error ? `ends: ${error.name}: ${error.message}` : 'ends');
      this.processes.splice(this.processes.indexOf(process), 1);
      ended(process, error);
    };
    work(process).then(
      () => {
        end(undefined);
      },
      (error: unknown) => {
        end(error ?? new Error('rejected without a reason'));
      },
    );
  }

  /** Dies at this moment. */
  kill(process: Process): void {
    process.die();
    this.processes.splice(this.processes.indexOf(process), 1);
  }

  note(who: string, what: Call | string, fault?: Fault): void {
    const text = typeof what === 'string' ? what : what.operation + what.subject;
    for (let at = 0; at < text.length; at++)
      this.#digest = (Math.imul(this.#digest ^ text.charCodeAt(at), 16_777_619) + this.nowMs) | 0;
    this.#trace.push({ step: this.steps, atMs: this.nowMs, who, what, fault });
    if (this.#trace.length > 6_000) this.#trace.splice(0, 3_000);
  }

  /** Differs, nearly surely, if any step did. */
  get digest(): string {
    return this.#digest.toString(16);
  }

  trace(): readonly string[] {
    return this.#trace.map(({ step, atMs, who, what, fault }) => {
      const text = typeof what === 'string' ? what : `${what.operation} ${what.subject}`;
      const time = ((atMs - this.#options.startMs) / 1000).toFixed(2);
      return `${String(step).padStart(5)} ${time.padStart(9)} s  ${who.padEnd(6)} ${text}${fault === undefined ? '' : `   <-- ${fault}`}`;
    });
  }

  /** Lets everything go on that waits for nothing but itself. */
  drain(): Promise<void> {
    return setImmediate();
  }

  /**
   * Does one call, or rings one timer.
   * @returns `false` if nothing could go on before `untilMs`; then it is that time
   */
  async advance(untilMs: number): Promise<boolean> {
    const { random } = this.#options;
    const at = Math.min(
      ...this.processes.map((process) => process.readyAtMs()),
      this.#late[0]?.atMs ?? Infinity,
    );
    if (at > untilMs || at === Infinity) {
      if (untilMs !== Infinity) this.nowMs = Math.max(this.nowMs, untilMs);
      return false;
    }
    this.nowMs = Math.max(this.nowMs, at);
    this.steps += 1;
    if ((this.#late[0]?.atMs ?? Infinity) <= this.nowMs) {
      const late = this.#late.shift();
      if (late !== undefined) {
        this.note(late.who.name, 'what the dead one sent arrives');
        attempt(late.apply);
      }
      return true;
    }
    const ready = this.processes.filter((process) => process.readyAtMs() <= this.nowMs);
    const process = random.pick(ready);
    const timer = [...process.timers].find(({ atMs }) => atMs <= this.nowMs);
    const calls = process.pending.filter(({ notBeforeMs }) => notBeforeMs <= this.nowMs);
    const ring = timer !== undefined && (calls.length === 0 || random.chance(0.5));
    if (ring) timer.ring();
    else this.#perform(process, calls.length === 1 && calls[0] !== undefined ? calls[0] : random.pick(calls));
    this.nowMs += random.between(1, 30);
    await this.drain();
    return true;
  }

  #perform(process: Process, pending: Pending): void {
    const { random, faultOf, onFault } = this.#options;
    const { call, apply, resolve, reject } = pending;
    const fault = pending.tried ? undefined : faultOf(call);
    pending.tried = true;
    this.note(process.name, call, fault);
    if (fault !== undefined) onFault(fault);
    if (fault === 'slow') {
      pending.notBeforeMs = this.nowMs + random.between(1_000, 25_000);
      return;
    }
    if (fault === 'pause-before' || fault === 'pause-after')
      process.pausedUntilMs = this.nowMs + (random.chance(0.8) ? random.between(20_000, 100_000) : 7_200_000);
    if (fault === 'pause-before') return;
    if (fault === 'crash-late')
      this.#late.push({ atMs: this.nowMs + random.between(1, 60_000), apply, who: process });
    this.#late.sort((a, b) => a.atMs - b.atMs);
    if (fault === 'crash-before' || fault === 'crash-late') {
      this.kill(process);
      return;
    }
    process.pending.splice(process.pending.indexOf(pending), 1);
    if (fault === 'refused') {
      reject(failureOf(call, random, false));
      return;
    }
    let outcome = attempt(apply);
    if (fault === 'twice') outcome = attempt(apply);
    if (fault === 'crash-after') this.kill(process);
    else if (fault === 'lost') reject(failureOf(call, random, true));
    else if ('error' in outcome) reject(outcome.error);
    else resolve(outcome.value);
  }
}

/** An invariant that does not hold is no failure of the call. */
export class ViolationError extends Error {
  override readonly name = 'ViolationError';
}

function attempt(apply: () => unknown): { readonly value: unknown } | { readonly error: unknown } {
  try {
    return { value: apply() };
  } catch (error) {
    if (error instanceof ViolationError) throw error;
    return { error };
  }
}
