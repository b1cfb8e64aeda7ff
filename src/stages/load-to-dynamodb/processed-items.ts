import type { Plan, PlanInput } from '../../engines/engine.ts';
import { kpis } from '../../kpis/index.ts';
import { readPublication, type StoredPublication } from '../../lake/publication.ts';
import type { Item } from '../../tables/definition.ts';
import type { StageContext } from '../context.ts';

/** Items of each KPI of one date, by the KPI's name. */
export type ItemsByKpi = ReadonlyMap<string, readonly Item[]>;

/**
 * The items that follow from the files of a publication.
 * @returns undefined if the files are, or may be, those of another one by now
 */
export async function processedItems(
  { lake, engine }: Pick<StageContext, 'lake' | 'engine'>,
  publication: StoredPublication,
  signal?: AbortSignal,
): Promise<ItemsByKpi | undefined> {
  const { date, token } = publication;
  const inputs = await Promise.all(
    kpis.map(async ({ name, columns }): Promise<[string, PlanInput]> => {
      const file = publication.kpis[name];
      const paths = await lake.engineInputs(file === undefined ? [] : [file.key]);
      return [name, { format: 'parquet', paths, columns }];
    }),
  );
  const plan: Plan = {
    name: 'load_to_dynamodb',
    inputs: Object.fromEntries(inputs),
    steps: [],
    outputs: Object.fromEntries(kpis.map(({ name }) => [name, { format: 'rows', from: name }])),
  };
  const { rows } = await engine.run(plan, signal);
  // A newer version is announced before its files come: if none was, these are the files of this one.
  if ((await readPublication(lake, date))?.token !== token) return undefined;
  return new Map(kpis.map(({ name, toItem }) => [name, (rows[name] ?? []).map((row) => toItem(date, row))]));
}
