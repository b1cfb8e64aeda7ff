import { expect, test } from 'vitest';
import { inLanes } from '../../src/pipeline/in-lanes.ts';

test('every item is worked on once, no more at a time than there are lanes', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await inLanes([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    await Promise.resolve();
    running -= 1;
    done.push(item);
  });
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test('a failure is thrown only when nothing runs any more, and the other lanes finish the items', async () => {
  const done: number[] = [];
  const work = inLanes([1, 2, 3, 4], 2, async (item) => {
    await Promise.resolve();
    if (item === 1) throw new Error('the first');
    done.push(item);
  });
  await expect(work).rejects.toThrow('the first');
  expect(done).toEqual([2, 3, 4]);
});
