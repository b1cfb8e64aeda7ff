import { isDeepStrictEqual } from 'node:util';
import type { Engine, Plan, PlanBase, PlanResult, PlanRunner } from './engine.ts';

/**
 * An engine that executes a base before somebody asks for it, beside other work. Whoever does gets it, once. If
 * it failed, it is tried again then, and the failure is told there. What nobody asked for is given back by `close`,
 * which leaves the engine itself open.
 */
export class EarlyEngine implements Engine {
  readonly name: string;
  readonly dialect: Engine['dialect'];
  readonly #engine: Engine;
  readonly #signal: AbortSignal;
  readonly #over = new AbortController();
  #early: { readonly base: PlanBase; readonly runner: Promise<PlanRunner | undefined> } | undefined;
  #onProgress: (() => void) | undefined;

  constructor(engine: Engine, signal: AbortSignal) {
    this.name = engine.name;
    this.dialect = engine.dialect;
    this.#engine = engine;
    this.#signal = signal;
  }

  /** Begins to execute a base; call it once. */
  begin(base: PlanBase): void {
    if (this.#over.signal.aborted) return;
    const stop = AbortSignal.any([this.#signal, this.#over.signal]);
    const runner = this.#engine.prepare(base, stop, () => this.#onProgress?.());
    this.#early = { base, runner: runner.catch(() => undefined) };
  }

  run(plan: Plan, signal?: AbortSignal, onProgress?: () => void): Promise<PlanResult> {
    return this.#engine.run(plan, signal, onProgress);
  }

  async prepare(base: PlanBase, signal?: AbortSignal, onProgress?: () => void): Promise<PlanRunner> {
    const early = this.#early;
    if (early === undefined || !isDeepStrictEqual(early.base, base))
      return this.#engine.prepare(base, signal, onProgress);
    signal?.throwIfAborted();
    this.#early = undefined;
    this.#onProgress = onProgress;
    const stop = (): void => {
      this.#over.abort();
    };
    signal?.addEventListener('abort', stop, { once: true });
    const runner = await early.runner;
    signal?.removeEventListener('abort', stop);
    return runner ?? this.#engine.prepare(base, signal, onProgress);
  }

  async close(): Promise<void> {
    this.#over.abort();
    const runner = await this.#early?.runner;
    this.#early = undefined;
    await runner?.close();
  }
}
