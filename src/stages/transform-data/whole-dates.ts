import { deliveryAgain, inShell } from '../../lake/delivery-again.ts';
import type { Part } from '../../lake/entry.ts';
import type { Lake } from '../../lake/lake.ts';
import type { LakeState } from '../../lake/state.ts';
import { DamagedPartsError } from './errors.ts';

/** By date: the parts that count. */
export type PartsByDate = ReadonlyMap<string, readonly OwnPart[]>;
/** What dates are computed from, as the log said at one moment. */
export interface DateSources {
  readonly parts: PartsByDate;
  readonly catalogue: readonly OwnPart[];
}
/** With the number of its entry. */
export type OwnPart = Part & { readonly n: number };

export interface WholeDates {
  readonly whole: readonly string[];
  readonly damaged: readonly DamagedPartsError[];
}

/**
 * Tells the dates whose parts are there from those that must be left alone. Every date reads the catalogue.
 * @param state names who brought what is damaged
 * @param find which of the parts are damaged: a quick look, or a thorough one
 */
export async function wholeDates(
  lake: Lake,
  state: LakeState,
  dates: readonly string[],
  sources: DateSources,
  find: (lake: Lake, objects: readonly OwnPart[]) => Promise<readonly OwnPart[]>,
): Promise<WholeDates> {
  const catalogue = await find(lake, sources.catalogue);
  const whole: string[] = [];
  const damaged: DamagedPartsError[] = [];
  for (const date of dates) {
    const lost = [...catalogue, ...(await find(lake, sources.parts.get(date) ?? []))];
    if (lost.length === 0) whole.push(date);
    else damaged.push(new DamagedPartsError(date, keysOf(lost), remedy(state, lost)));
  }
  return { whole, damaged };
}

export const catalogueParts = (state: LakeState): readonly OwnPart[] =>
  (['songs', 'users'] as const).flatMap((dataset) =>
    state.catalogue(dataset).flatMap(({ n, parts }) => parts.map((part) => ({ ...part, n }))),
  );

const keysOf = (parts: readonly Part[]): readonly string[] => parts.map(({ key }) => key);

function remedy(state: LakeState, [first]: readonly OwnPart[]): string {
  const owner = first === undefined ? undefined : state.entry(first.n);
  const [carrier] = owner?.kind === 'accepted' ? state.carriers(owner) : [];
  if (first === undefined || carrier === undefined) return '';
  const again = deliveryAgain(carrier);
  return `In the lake's folder: \`rm -f ${inShell(first.key)}\`. ${again} \`hitparade verify\` lists all damage.`;
}
