import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DuckdbEngine, type DuckdbOptions } from '../../src/engines/duckdb.ts';
import type { CsvInput, Plan } from '../../src/engines/engine.ts';
import { EngineMemoryError } from '../../src/engines/errors.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

async function opened(
  memoryLimit: string,
  size: Pick<DuckdbOptions, 'smallBytes' | 'largeBytes'> = {},
): Promise<{ engine: DuckdbEngine; directory: string }> {
  const directory = await temporaryDirectory();
  const engine = await DuckdbEngine.open({
    memoryLimit,
    threads: 2,
    spillDirectory: join(directory, 'spill'),
    directories: [directory],
    ...size,
  });
  onTestFinished(() => engine.close());
  return { engine, directory };
}

const SEGMENTS = 16;
const ROWS = 130_000;

test('a file of many segments is grouped in as much memory as one of few', async () => {
  const { engine, directory } = await opened('140MB');
  const segments: CsvInput['segments'] = await Promise.all(
    Array.from({ length: SEGMENTS }, async (_, index) => {
      const path = join(directory, `${index}.csv`);
      const rowsBefore = index * ROWS;
      const rows = Array.from(
        { length: ROWS },
        (_, row) => `user-${rowsBefore + row},a track of many letters\n`,
      );
      await writeFile(path, rows.join(''));
      return { path, rows: ROWS };
    }),
  );
  const plan: Plan = {
    name: 'group',
    inputs: {
      rows: {
        format: 'csv',
        segments,
        columns: ['user', 'track'],
        maxRecordBytes: 1_048_576,
        rowColumn: 'n',
      },
    },
    steps: [
      {
        name: 'grouped',
        sql: 'SELECT user, track, min(n) AS n FROM rows GROUP BY user, track',
        materialize: true,
      },
      {
        name: 'sums',
        sql: `SELECT count(*) AS users, CAST(sum(n) AS BIGINT) AS numbers,
          count(*) FILTER (user <> 'user-' || (n - 1)) AS misnumbered FROM grouped`,
      },
    ],
    outputs: { sums: { format: 'rows', from: 'sums' } },
  };
  const all = SEGMENTS * ROWS;
  const numbers = (BigInt(all) * BigInt(all + 1)) / 2n;
  expect((await engine.run(plan)).rows['sums']).toEqual([{ users: BigInt(all), numbers, misnumbered: 0n }]);
});

/** By how the statements of a plan are executed. */
const WAYS = [
  ['small', {}],
  ['middling', { smallBytes: 0 }],
  ['large', { smallBytes: 0, largeBytes: 0 }],
] as const;

test.each(WAYS)(
  'a %s plan that needs more memory than there may be is told with the setting, and is no bug',
  async (_, size) => {
    const { engine } = await opened('30MB', size);
    const failure = engine.run({
      name: 'greedy',
      inputs: {},
      // A list is one value, and cannot lie on the disk.
      steps: [{ name: 'lists', sql: 'SELECT list(x) AS l FROM range(10000000) r(x)', materialize: true }],
      outputs: {},
    });
    await expect(failure).rejects.toThrow(EngineMemoryError);
    await expect(failure).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('--memory-limit') as string,
    });
    await expect(failure).rejects.toThrow(
      /the memory limit is too small for the plan "greedy": Out of Memory Error: [^\n]*$/,
    );
  },
);

test.each(WAYS)(
  'what the disk refuses to DuckDB in a %s plan is told with a hint, what is wrong with a plan without',
  async (_, size) => {
    const { engine, directory } = await opened('100MB', size);
    const one = { name: 'one', sql: 'SELECT 1 AS x' };
    const path = join(directory, 'absent', 'one.csv');
    const refused = engine.run({
      name: 'refused',
      inputs: {},
      steps: [one],
      outputs: { file: { format: 'csv', from: 'one', path } },
    });
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining('IO Error') as string,
      hint: expect.stringContaining('disk') as string,
    });
    const wrong = engine.run({
      name: 'wrong',
      inputs: {},
      steps: [one],
      outputs: { rows: { format: 'rows', from: 'two' } },
    });
    await expect(wrong).rejects.toMatchObject({ name: 'EngineError', hint: undefined });
  },
);

test('a large statement that is stopped before it has begun does not run to its end', async () => {
  const { engine } = await opened('100MB', { smallBytes: 0, largeBytes: 0 });
  const runner = await engine.prepare({ name: 'nothing', inputs: {}, steps: [] });
  const stop = new AbortController();
  const hours = 'SELECT sum(a.x % (b.x + 1)) AS s FROM range(1000000) a(x), range(100000000) b(x)';
  const running = runner.run(
    { name: 'hours', inputs: {}, steps: [{ name: 's', sql: hours, materialize: true }], outputs: {} },
    stop.signal,
  );
  stop.abort('no more');
  await expect(running).rejects.toBe('no more');
  await runner.close();
});
