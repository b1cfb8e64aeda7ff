import type { Plan, PlanBase, PlanResult, PlanRunner } from '../../engines/engine.ts';
import { catalogueBase } from '../../kpis/sources.ts';
import type { ComputeContext } from './compute-dates.ts';

/** The catalogue that dates are computed with, read by the engine when it is first needed, and then kept. */
export class KeyedCatalogue {
  readonly #context: ComputeContext;
  readonly #base: PlanBase;
  #runner: PlanRunner | undefined;

  constructor(context: ComputeContext, base: PlanBase) {
    this.#context = context;
    this.#base = base;
  }

  /** @throws EngineError if the catalogue or what the plan reads cannot be read */
  async run(plan: Plan): Promise<PlanResult> {
    const { engine, signal } = this.#context;
    this.#runner ??= await engine.prepare(this.#base, signal);
    return this.#runner.run(plan, signal);
  }

  async close(): Promise<void> {
    await this.#runner?.close();
  }
}

/** What the engine reads first of all to compute dates, given a state of the log as it is when this is called. */
export async function catalogueOf({
  lake,
  state,
}: Pick<ComputeContext, 'lake' | 'state'>): Promise<PlanBase> {
  const keys = (dataset: 'users' | 'songs'): readonly string[] =>
    state.catalogue(dataset).flatMap(({ parts }) => parts.map(({ key }) => key));
  const [songs, users] = [keys('songs'), keys('users')];
  return catalogueBase({ songs: await lake.engineInputs(songs), users: await lake.engineInputs(users) });
}
