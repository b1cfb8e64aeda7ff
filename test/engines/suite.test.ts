import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CsvInput, JsonInput, Engine, Plan, Row } from '../../src/engines/engine.ts';
import { EngineError } from '../../src/engines/errors.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { engines } from './engines.ts';

/** The contract of engines: what every implementation gives, whatever runs the SQL. */
describe.each(engines)('the engine $name', ({ open }) => {
  async function opened(): Promise<{ engine: Engine; directory: string }> {
    const directory = await temporaryDirectory();
    const engine = await open(directory);
    onTestFinished(() => engine.close());
    return { engine, directory };
  }

  function plan(steps: Plan['steps'], outputs: Plan['outputs'], inputs: Plan['inputs'] = {}): Plan {
    return { name: 'test', inputs, steps, outputs };
  }

  async function select(engine: Engine, sql: string, inputs: Plan['inputs'] = {}): Promise<readonly Row[]> {
    const result = await engine.run(
      plan([{ name: 'answer', sql }], { answer: { format: 'rows', from: 'answer' } }, inputs),
    );
    return result.rows['answer'] ?? [];
  }

  const numbers =
    "SELECT CAST(x AS BIGINT) AS x, CAST('d' AS VARCHAR) AS d FROM (SELECT 1 AS x UNION ALL SELECT 2) t";

  test('plans read a base that was executed once, each with steps of its own', async () => {
    const { engine, directory } = await opened();
    const path = join(directory, 'numbers.parquet');
    const parquet = { format: 'parquet', from: 'numbers', path } as const;
    await engine.run(plan([{ name: 'numbers', sql: numbers }], { file: parquet }));
    const base = await engine.prepare({
      name: 'base',
      inputs: { file: { format: 'parquet', paths: [path], columns: { x: 'BIGINT', d: 'VARCHAR' } } },
      steps: [
        { name: 'doubled', sql: 'SELECT 2 * x AS y FROM file', materialize: true },
        { name: 'larger', sql: 'SELECT y FROM doubled WHERE y > 2' },
      ],
    });
    onTestFinished(() => base.close());
    // What is kept needs the file no more.
    await rm(path);
    const sums = (from: string): Plan =>
      plan([{ name: 'sums', sql: `SELECT CAST(sum(y) AS BIGINT) AS sum FROM ${from}`, materialize: true }], {
        sums: { format: 'rows', from: 'sums' },
      });
    expect((await base.run(sums('doubled'))).rows['sums']).toEqual([{ sum: 6n }]);
    await expect(
      base.run(
        plan(
          [...sums('doubled').steps, { name: 'none', sql: 'SELECT z FROM nothing', materialize: true }],
          {},
        ),
      ),
    ).rejects.toThrow(EngineError);
    expect((await base.run(sums('larger'))).rows['sums']).toEqual([{ sum: 4n }]);
    // Nobody else sees it.
    await expect(engine.run(sums('doubled'))).rejects.toThrow(EngineError);
  });

  test('a base that cannot be executed is told by its name', async () => {
    const { engine } = await opened();
    await expect(
      engine.prepare({
        name: 'base',
        inputs: {},
        steps: [{ name: 'a', sql: 'SELECT nothing', materialize: true }],
      }),
    ).rejects.toThrow(/plan "base"/);
  });

  test('hands small results back with their types', async () => {
    const { engine } = await opened();
    const [row] = await select(
      engine,
      `SELECT CAST(9007199254740993 AS BIGINT) AS big, CAST(0.5 AS DOUBLE) AS half, 'ä' AS text, true AS yes,
        CAST('2024-06-25' AS DATE) AS day, CAST('2024-06-25 01:02:03' AS TIMESTAMP) AS time, CAST(NULL AS BIGINT) AS none`,
    );
    expect(row).toEqual({
      big: 9007199254740993n,
      half: 0.5,
      text: 'ä',
      yes: true,
      day: '2024-06-25',
      time: '2024-06-25 01:02:03',
      none: null,
    });
  });

  test('a file that was replaced is read anew', async () => {
    const { engine, directory } = await opened();
    const path = join(directory, 'chart.parquet');
    // A pair of files that differ in little but their content: found by trying, they are equally long.
    for (const [letter, rows] of [
      ['k102', 22],
      ['k103', 23],
    ] as const) {
      await rm(path, { force: true });
      const k = Number(letter.slice(1));
      const sql = `SELECT concat('k${k}_', CAST((range * ${k + 1}) % 17 AS VARCHAR)) AS a,
        concat('v${k}', CAST(range % 3 AS VARCHAR)) AS b FROM range(${rows})`;
      await engine.run(
        plan([{ name: 'letters', sql }], { file: { format: 'parquet', from: 'letters', path } }),
      );
      const chart = { format: 'parquet', paths: [path], columns: { a: 'VARCHAR', b: 'VARCHAR' } } as const;
      const found = await select(engine, 'SELECT min(a) AS a, min(b) AS b, count(*) AS rows FROM chart', {
        chart,
      });
      expect(found).toEqual([{ a: `k${k}_0`, b: `v${k}0`, rows: BigInt(rows) }]);
    }
  });

  test('a step reads inputs and earlier steps, materialised or not', async () => {
    const { engine } = await opened();
    const result = await engine.run(
      plan(
        [
          { name: 'a', sql: numbers, materialize: true },
          { name: 'b', sql: 'SELECT sum(x) AS total FROM a' },
        ],
        { total: { format: 'rows', from: 'b' } },
      ),
    );
    expect(Number(result.rows['total']?.[0]?.['total'])).toBe(3);
  });

  test('two plans at once do not see each other’s steps', async () => {
    const { engine } = await opened();
    const one = select(engine, 'SELECT 1 AS x');
    const two = select(engine, 'SELECT 2 AS x');
    expect([(await one)[0]?.['x'], (await two)[0]?.['x']].map(Number)).toEqual([1, 2]);
  });

  test('writes Parquet files and reads them again with exact columns', async () => {
    const { engine, directory } = await opened();
    const paths = ["it's.parquet", 'out [1].parquet'].map((name) => join(directory, name));
    for (const path of paths) {
      const result = await engine.run(
        plan([{ name: 'a', sql: numbers }], { file: { format: 'parquet', from: 'a', path } }),
      );
      expect(result.files['file']).toEqual([{ path, rows: 2 }]);
    }
    const input = {
      format: 'parquet',
      paths,
      columns: { x: 'BIGINT' },
      fileColumn: 'origin',
    } as const;
    expect(await select(engine, 'SELECT x, origin FROM t ORDER BY origin, x', { t: input })).toEqual([
      { x: 1n, origin: 0 },
      { x: 2n, origin: 0 },
      { x: 1n, origin: 1 },
      { x: 2n, origin: 1 },
    ]);
  });

  test('a folder whose name looks like a pattern is a folder', async () => {
    const { engine, directory } = await opened();
    const folder = join(directory, "odd [a-z] * ? 'name");
    await mkdir(folder);
    const path = join(folder, 'out.parquet');
    await engine.run(plan([{ name: 'a', sql: numbers }], { file: { format: 'parquet', from: 'a', path } }));
    const input = { format: 'parquet', paths: [path], columns: { x: 'BIGINT' } } as const;
    expect(await select(engine, 'SELECT x FROM t ORDER BY x', { t: input })).toEqual([{ x: 1n }, { x: 2n }]);
    await writeFile(join(folder, 'in.csv'), '1,2\n');
    expect(await select(engine, 'SELECT a FROM t', { t: csv(join(folder, 'in.csv')) })).toEqual([{ a: '1' }]);
  });

  test('a Parquet input without files is empty and has its columns', async () => {
    const { engine } = await opened();
    const input = {
      format: 'parquet',
      paths: [],
      columns: { x: 'BIGINT', y: 'VARCHAR' },
      fileColumn: 'f',
    } as const;
    expect(await select(engine, 'SELECT x, y, f FROM t', { t: input })).toEqual([]);
  });

  /** d: day0 to day2; x: 1000 down to 1. */
  async function thousandRows(directory: string): Promise<JsonInput> {
    const path = join(directory, 'in.json');
    const rows = Array.from({ length: 1000 }, (_, i) => `{"d":"day${i % 3}","x":${1000 - i}}`);
    await writeFile(path, rows.join('\n'));
    return { format: 'json', path, columns: { d: 'VARCHAR', x: 'BIGINT' } };
  }

  test('a partitioned output is one sorted file a value, without the column, however many rows', async () => {
    const { engine, directory } = await opened();
    const path = join(directory, 'out');
    const { files } = await engine.run(
      plan(
        [{ name: 'a', sql: 'SELECT a.d, a.x * 1000 + b.x AS x FROM t a CROSS JOIN t b', materialize: true }],
        { parts: { format: 'parquet', from: 'a', path, partitionBy: 'd', orderBy: ['x'] } },
        { t: await thousandRows(directory) },
      ),
    );
    expect(files['parts']?.map(({ partition, rows }) => [partition, rows]).toSorted()).toEqual([
      ['day0', 334_000],
      ['day1', 333_000],
      ['day2', 333_000],
    ]);
    const day0 = files['parts']?.find(({ partition }) => partition === 'day0');
    expect(files['parts']?.map(({ path }) => path).toSorted()).toEqual(
      [0, 1, 2].map((n) => join(directory, `out-${n}.parquet`)),
    );
    const input = { format: 'parquet', paths: [day0?.path ?? ''], columns: { x: 'BIGINT' } } as const;
    const [first] = await select(engine, 'SELECT min(x) AS low, count(*) AS n FROM t', { t: input });
    expect(first).toEqual({ low: 1001n, n: 334_000n });
  });

  test('an output with one partition is one sorted file without the column, too', async () => {
    const { engine, directory } = await opened();
    const path = join(directory, 'out');
    const { files } = await engine.run(
      plan([{ name: 'a', sql: numbers }], {
        parts: { format: 'parquet', from: 'a', path, partitionBy: 'd', orderBy: ['x'] },
      }),
    );
    expect(files['parts']).toMatchObject([{ rows: 2, partition: 'd' }]);
    const file = files['parts']?.[0]?.path ?? '';
    expect(file).toBe(join(directory, 'out-0.parquet'));
    const columns = await select(engine, 'SELECT * FROM t ORDER BY x', {
      t: { format: 'parquet', paths: [file], columns: { x: 'BIGINT' } },
    });
    expect(columns).toEqual([{ x: 1n }, { x: 2n }]);
  });

  test('an output that is split has one file for each value, without the column, and tells its range', async () => {
    const { engine, directory } = await opened();
    const path = join(directory, 'out');
    const second = (x: string): string => `CAST('2024-06-25 12:00:0' || CAST(${x} AS VARCHAR) AS TIMESTAMP)`;
    const { files } = await engine.run(
      plan(
        [
          {
            name: 'a',
            sql: `SELECT a.x * 1000 + b.x AS x, CASE WHEN b.x < 10 THEN 'few' ELSE 'many' END AS kind,
                CASE WHEN b.x < 10 THEN ${second('b.x')} END AS "at ""noon"""
              FROM t a CROSS JOIN t b`,
          },
        ],
        { kinds: { format: 'parquet', from: 'a', path, splitBy: 'kind', rangeOf: 'at "noon"' } },
        { t: await thousandRows(directory) },
      ),
    );
    const kinds = (files['kinds'] ?? []).toSorted((a, b) => a.rows - b.rows);
    expect(kinds.map(({ partition, rows, range }) => [partition, rows, range])).toEqual([
      ['few', 9_000, { least: '2024-06-25 12:00:01', greatest: '2024-06-25 12:00:09' }],
      ['many', 991_000, undefined],
    ]);
    const input = { format: 'parquet', paths: [kinds[0]?.path ?? ''], columns: { x: 'BIGINT' } } as const;
    expect(
      await select(engine, 'SELECT min(x) AS low, count(*) AS n, sum(x) AS all FROM t', { t: input }),
    ).toEqual([{ low: 1001n, n: 9_000n, all: 4_504_545_000n }]);
  });

  test('a partitioned output without rows writes no file', async () => {
    const { engine, directory } = await opened();
    const { files } = await engine.run(
      plan([{ name: 'a', sql: `SELECT * FROM (${numbers}) n WHERE x > 5` }], {
        parts: { format: 'parquet', from: 'a', path: join(directory, 'out'), partitionBy: 'd' },
      }),
    );
    expect(files['parts']).toEqual([]);
  });

  const csv = (path: string, more: Partial<CsvInput> = {}): CsvInput => ({
    format: 'csv',
    segments: [{ path, rows: 3 }],
    columns: ['a', 'b'],
    maxRecordBytes: 1024,
    ...more,
  });

  test('reads CSV as text, with empty as NULL and nothing guessed', async () => {
    const { engine, directory } = await opened();
    const path = join(directory, 'in.csv');
    await writeFile(path, '007,\n1e5, x \n"q,""\n",NULL\n');
    expect(await select(engine, 'SELECT * FROM t', { t: csv(path) })).toEqual([
      { a: '007', b: null },
      { a: '1e5', b: ' x ' },
      { a: 'q,"\n', b: 'NULL' },
    ]);
  });

  test('numbers CSV records in the order of the file, also in large segments', async () => {
    const { engine, directory } = await opened();
    const segments = [150_000, 1, 200_000, 40_000, 2].map((rows) => ({
      path: join(directory, `of-${rows}.csv`),
      rows,
    }));
    let before = 0;
    for (const { path, rows } of segments) {
      // Every other record has a line break in it.
      const record = (i: number): string => `${before + i + 1},"${'x\n'.repeat(i % 2)}${'x'.repeat(40)}"\n`;
      await writeFile(path, Array.from({ length: rows }, (_, i) => record(i)).join(''));
      before += rows;
    }
    const rows = await select(
      engine,
      'SELECT count(*) AS n, sum(CASE WHEN a = CAST(r AS VARCHAR) THEN 1 ELSE 0 END) AS same FROM t',
      { t: csv('', { segments, rowColumn: 'r' }) },
    );
    expect([Number(rows[0]?.['n']), Number(rows[0]?.['same'])]).toEqual([before, before]);
  });

  test('tells among CSV records how many were read', async () => {
    const { engine, directory } = await opened();
    const segments = [2, 3, 1, 2].map((rows, i) => ({ path: join(directory, `${i}.csv`), rows }));
    for (const { path, rows } of segments) await writeFile(path, 'a,b\n'.repeat(rows));
    const read = async (): Promise<readonly Row[]> =>
      select(
        engine,
        `SELECT CAST(sum(CASE WHEN r > 0 THEN 1 ELSE 0 END) AS BIGINT) AS records,
           CAST(-sum(CASE WHEN r <= 0 THEN r ELSE 0 END) AS BIGINT) AS told,
           CAST(sum(CASE WHEN r > 0 THEN r ELSE 0 END) AS BIGINT) AS numbers,
           count(DISTINCT CASE WHEN r <= 0 THEN a END) - sum(CASE WHEN r <= 0 AND a = b THEN 1 ELSE 0 END) AS alike,
           count(DISTINCT CASE WHEN r <= 0 THEN coalesce(try_cast(a AS TIMESTAMP), TIMESTAMP '2000-01-01') END) AS no_times
         FROM t`,
        { t: csv('', { segments, rowColumn: 'r', tallied: true }) },
      );
    expect(await read()).toEqual([{ records: 8n, told: 8n, numbers: 36n, alike: 0n, no_times: 1n }]);
    // A segment that has changed since.
    await writeFile(segments[1]?.path ?? '', 'a,b\n');
    expect(await read()).toEqual([expect.objectContaining({ records: 6n, told: 6n })]);
  });

  test('a CSV without segments has the columns and no rows', async () => {
    const { engine } = await opened();
    const none = csv('', { segments: [], rowColumn: 'r' });
    expect(
      await select(engine, 'SELECT count(*) AS n, max(r) AS r, max(a) AS a FROM t', { t: none }),
    ).toEqual([{ n: 0n, r: null, a: null }]);
  });

  test('a ragged CSV is an error, never a guess', async () => {
    const { engine, directory } = await opened();
    const path = join(directory, 'in.csv');
    await writeFile(path, '1,2\n3\n4,5,6\n');
    await expect(select(engine, 'SELECT * FROM t', { t: csv(path) })).rejects.toThrow(EngineError);
  });

  test('SQL can reach no file outside the engine’s directories', async () => {
    const { engine } = await opened();
    const elsewhere = join(await temporaryDirectory(), 'secret.csv');
    await writeFile(elsewhere, '1,2\n');
    await expect(select(engine, 'SELECT * FROM t', { t: csv(elsewhere) })).rejects.toThrow(EngineError);
  });

  test('a plan that cannot be executed names itself and the cause', async () => {
    const { engine } = await opened();
    await expect(select(engine, 'SELECT nonsense FROM nowhere')).rejects.toThrow(/plan "test".*nowhere/s);
  });

  // Whenever the abort comes, at once or in the middle of a statement that would run for minutes.
  test.each([0, 100])(
    'a plan aborted after %i ms ends with the reason and leaves no file',
    async (delayMs) => {
      const { engine, directory } = await opened();
      const path = join(directory, 'in.json');
      await writeFile(path, Array.from({ length: 3000 }, (_, i) => `{"x":${i}}`).join('\n'));
      const stop = new AbortController();
      const reason = new Error('stopped by a person');
      const never = join(directory, 'never.parquet');
      const running = engine.run(
        plan(
          [{ name: 'a', sql: 'SELECT count(*) AS n FROM t a, t b, t c WHERE a.x * b.x + c.x < 0' }],
          { file: { format: 'parquet', from: 'a', path: never } },
          { t: { format: 'json', path, columns: { x: 'BIGINT' } } },
        ),
        stop.signal,
      );
      if (delayMs === 0) stop.abort(reason);
      else
        setTimeout(() => {
          stop.abort(reason);
        }, delayMs);
      await expect(running).rejects.toThrow(reason);
      expect(existsSync(never)).toBe(false);
    },
  );

  test('the dialect trims, matches and moves times', async () => {
    const { engine } = await opened();
    const { matches, minusMinutes, trim } = engine.dialect;
    const [row] = await select(
      engine,
      `SELECT ${trim("' \t a b \n'", ' \t\r\n')} AS trimmed, ${trim("'x '", ' ')} AS right_trimmed,
        ${trim("' x'", ' ')} AS left_trimmed, ${trim("'!'", ' ')} AS mark, ${trim("' \t '", ' \t')} AS blank, ${matches("'abc'", 'a.c')} AS whole,
        ${matches("'abcd'", 'a.c')} AS partial,
        ${minusMinutes("CAST('2024-03-01 00:30:00' AS TIMESTAMP)", 'CAST(60 AS BIGINT)')} AS earlier`,
    );
    expect(row).toEqual({
      trimmed: 'a b',
      right_trimmed: 'x',
      left_trimmed: 'x',
      mark: '!',
      blank: null,
      whole: true,
      partial: false,
      earlier: '2024-02-29 23:30:00',
    });
  });

  test('text is ordered by its bytes, so that ranks are the same on every engine', async () => {
    const { engine } = await opened();
    const rows = await select(
      engine,
      "SELECT v FROM (SELECT 'b' AS v UNION ALL SELECT 'B' UNION ALL SELECT 'é' UNION ALL SELECT '😀' UNION ALL SELECT '｡') t ORDER BY v",
    );
    expect(rows.map(({ v }) => v)).toEqual(['B', 'b', 'é', '｡', '😀']);
  });
});
