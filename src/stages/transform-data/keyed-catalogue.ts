import type { Plan, PlanResult, PlanRunner } from '../../engines/engine.ts';
import { catalogueBase } from '../../kpis/sources.ts';
import type { ComputeContext } from './compute-dates.ts';

/** The catalogue of one state of the log, read by the engine when it is first needed, and then kept. */
export class KeyedCatalogue {
  readonly #context: ComputeContext;
  #runner: PlanRunner | undefined;

  constructor(context: ComputeContext) {
    this.#context = context;
  }

  /** @throws EngineError if the catalogue or what the plan reads cannot be read */
  async run(plan: Plan): Promise<PlanResult> {
    const { signal } = this.#context;
    this.#runner ??= await this.#prepare();
    return this.#runner.run(plan, signal);
  }

  async #prepare(): Promise<PlanRunner> {
    const { engine, lake, state, signal } = this.#context;
    const paths = (dataset: 'users' | 'songs'): Promise<readonly string[]> =>
      lake.engineInputs(state.catalogue(dataset).flatMap(({ parts }) => parts.map(({ key }) => key)));
    return engine.prepare(
      catalogueBase({ songs: await paths('songs'), users: await paths('users') }),
      signal,
    );
  }

  async close(): Promise<void> {
    await this.#runner?.close();
  }
}
