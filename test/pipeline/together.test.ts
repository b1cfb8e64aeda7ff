import { expect, test } from 'vitest';
import { together } from '../../src/together.ts';

test('work that goes on side by side ends before its first failure is thrown', async () => {
  const ended: string[] = [];
  const work = async (name: string, turns: number, failure?: Error): Promise<string> => {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    ended.push(name);
    if (failure !== undefined) throw failure;
    return name;
  };
  expect(await together([work('slow', 5), 1, work('quick', 1)])).toEqual(['slow', 1, 'quick']);
  const failing = [
    work('first', 3, new Error('of the first')),
    work('second', 1, new Error('of the second')),
  ];
  await expect(together([...failing, work('last', 9)])).rejects.toThrow('of the first');
  expect(ended).toEqual(['quick', 'slow', 'second', 'first', 'last']);
});
