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
  #early: { readonly base: PlanBase; readonly runner: Promise<PlanRunner | undefined> } | undefined;

  constructor(engine: Engine, base: PlanBase, signal: AbortSignal) {
    this.name = engine.name;
    this.dialect = engine.dialect;
    this.#engine = engine;
    this.#early = { base, runner: engine.prepare(base, signal).catch(() => undefined) };
  }

  run(plan: Plan, signal?: AbortSignal, onProgress?: () => void): Promise<PlanResult> {
    return this.#engine.run(plan, signal, onProgress);
  }

  async prepare(base: PlanBase, signal?: AbortSignal, onProgress?: () => void): Promise<PlanRunner> {
    const early = this.#early;
    if (early !== undefined && isDeepStrictEqual(early.base, base)) {
      this.#early = undefined;
      const runner = await early.runner;
      if (runner !== undefined) return runner;
    }
    return this.#engine.prepare(base, signal, onProgress);
  }

  async close(): Promise<void> {
    const runner = await this.#early?.runner;
    this.#early = undefined;
    await runner?.close();
  }
}
