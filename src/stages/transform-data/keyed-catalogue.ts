import type { Plan, PlanBase, PlanResult, PlanRunner } from '../../engines/engine.ts';
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
    const { engine, signal } = this.#context;
    return engine.prepare(await catalogueOf(this.#context), signal);
  }

  async close(): Promise<void> {
    await this.#runner?.close();
  }
}

/** What the engine reads first of all to compute dates, given a state of the log. */
export async function catalogueOf({
  lake,
  state,
}: Pick<ComputeContext, 'lake' | 'state'>): Promise<PlanBase> {
  const paths = (dataset: 'users' | 'songs'): Promise<readonly string[]> =>
    lake.engineInputs(state.catalogue(dataset).flatMap(({ parts }) => parts.map(({ key }) => key)));
  return catalogueBase({ songs: await paths('songs'), users: await paths('users') });
}
