import { expect, test } from 'vitest';
import { duckdbDialect } from '../../src/engines/duckdb-dialect.ts';
import { EarlyEngine } from '../../src/engines/early-engine.ts';
import type { Engine, PlanBase, PlanRunner } from '../../src/engines/engine.ts';

const base = (name: string): PlanBase => ({
  name,
  inputs: {},
  steps: [{ name: 'one', sql: 'SELECT 1 AS x' }],
});
const { signal } = new AbortController();

/** An engine that tells which bases it executed, and which runners were closed. */
function telling(fails: (nth: number) => boolean = () => false): { engine: Engine; told: string[] } {
  const told: string[] = [];
  const nothing = (): Promise<never> => Promise.reject(new Error('not asked for'));
  let bases = 0;
  const prepare = ({ name }: PlanBase): Promise<PlanRunner> => {
    bases += 1;
    const nth = bases;
    told.push(`${name} ${nth}`);
    if (fails(nth)) return Promise.reject(new Error(`no ${nth}`));
    const close = (): Promise<void> => {
      told.push(`closed ${nth}`);
      return Promise.resolve();
    };
    return Promise.resolve({ run: nothing, close });
  };
  return { engine: { name: 'telling', dialect: duckdbDialect, run: nothing, prepare, close: nothing }, told };
}

function begun(engine: Engine, signal: AbortSignal): EarlyEngine {
  const early = new EarlyEngine(engine, signal);
  early.begin(base('songs'));
  return early;
}

test('a base that was begun early is executed once, and is its user’s to close', async () => {
  const { engine, told } = telling();
  const early = begun(engine, signal);
  expect(told).toEqual(['songs 1']);
  const runner = await early.prepare(base('songs'));
  await early.close();
  expect(told).toEqual(['songs 1']);
  await runner.close();
  expect(told).toEqual(['songs 1', 'closed 1']);
  await early.prepare(base('songs'));
  expect(told.at(-1)).toBe('songs 2');
});

test('another base is executed when it is asked for, and the one that nobody asked for is given back', async () => {
  const { engine, told } = telling();
  const early = begun(engine, signal);
  await early.prepare(base('other songs'));
  expect(told).toEqual(['songs 1', 'other songs 2']);
  await early.close();
  expect(told).toEqual(['songs 1', 'other songs 2', 'closed 1']);
});

test('what failed early is tried again when it is needed, and fails there if it still does', async () => {
  const once = telling((nth) => nth === 1);
  await (await begun(once.engine, signal).prepare(base('songs'))).close();
  expect(once.told).toEqual(['songs 1', 'songs 2', 'closed 2']);

  const twice = telling((nth) => nth <= 2);
  const early = begun(twice.engine, signal);
  await expect(early.prepare(base('songs'))).rejects.toThrow('no 2');
  await early.close();
});

test('what failed and was never needed is nobody’s failure', async () => {
  const { engine, told } = telling(() => true);
  await begun(engine, signal).close();
  expect(told).toEqual(['songs 1']);
});

test('what comes to be begun after the end is not begun', async () => {
  const { engine, told } = telling();
  const early = new EarlyEngine(engine, signal);
  await early.close();
  early.begin(base('songs'));
  expect(told).toEqual([]);
});

test('what is executed early ends with its user, and with the engine', async () => {
  const hanging: Engine = {
    ...telling().engine,
    prepare: (_base, signal, onProgress) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
        setImmediate(() => onProgress?.());
      }),
  };
  await begun(hanging, signal).close();

  const early = begun(hanging, signal);
  const stopped = AbortSignal.abort('before it asked');
  await expect(early.prepare(base('songs'), stopped)).rejects.toBe('before it asked');
  const stop = new AbortController();
  const moved = new Promise<void>((resolve) => {
    void early.prepare(base('songs'), stop.signal, resolve).catch(() => undefined);
  });
  await moved;
  stop.abort();
  await early.close();
});
