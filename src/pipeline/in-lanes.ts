import { together } from '../together.ts';

/** Does the same to every item, a few at a time. A lane that fails ends; the first failure is thrown when all have. */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await together(Array.from({ length: lanes }, lane));
}
