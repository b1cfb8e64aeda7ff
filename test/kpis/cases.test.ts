import { parse as parseCsv } from 'csv-parse/sync';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Columns, Engine, PlanInput, Row } from '../../src/engines/engine.ts';
import { kpis } from '../../src/kpis/index.ts';
import { catalogueBase, PLAY_COLUMNS, SONG_COLUMNS, USER_COLUMNS } from '../../src/kpis/sources.ts';
import { transformPlan } from '../../src/kpis/transform-plan.ts';
import { engines } from '../engines/engines.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** One case a file, small enough to check by hand; tables are CSV text. */
const caseSchema = z.strictObject({
  rule: z.string(),
  /** Catalogue files in ascending order of their names. */
  songs: z.array(z.string()),
  users: z.string().optional(),
  /** Parts of valid rows of one date each, in their order; `part_counts` numbers them from 0. */
  plays: z.record(z.string(), z.string()),
  expect: z.partialRecord(
    z.enum(['daily_genre', 'top_songs', 'top_genres', 'part_counts', 'date_counts']),
    z.string(),
  ),
});

const directory = join(import.meta.dirname, 'cases');
const cases = readdirSync(directory).map((file) => {
  const parsed = caseSchema.parse(parseYaml(readFileSync(join(directory, file), 'utf8')));
  return { file, ...parsed };
});

// What all plays share is not kept with each, so each case is also tried beside a part of another date and no plays.
const ways = [false, true].flatMap((beside) => cases.map((one) => ({ ...one, beside })));

describe.each(engines)('KPIs on $name', ({ open }) => {
  test.each(ways)('$rule (beside: $beside)', async ({ beside, songs, users, plays, expect: expected }) => {
    const directory = await temporaryDirectory();
    const engine = await open(directory);
    onTestFinished(() => engine.close());
    const parquet = (name: string, csv: string, columns: Columns): Promise<string> =>
      toParquet(engine, directory, name, csv, columns);

    const catalogue = await engine.prepare(
      catalogueBase({
        songs: await Promise.all(songs.map((csv, i) => parquet(`songs-${i}`, csv, SONG_COLUMNS))),
        users: [await parquet('users', users ?? 'user_id', USER_COLUMNS)],
      }),
    );
    onTestFinished(() => catalogue.close());
    const files = Object.entries({ ...plays, ...(beside ? { beside: 'user_id,track_id,listen_time' } : {}) });
    const parts = files.map(async ([name, csv]) => {
      const path = await parquet(name, csv, PLAY_COLUMNS);
      return { path, date: records(csv)[0]?.['listen_time']?.slice(0, 10) ?? '1999-12-31' };
    });
    const plan = transformPlan(await Promise.all(parts), (kpi) => join(directory, kpi));
    // The steps are asked for their rows instead of their files: a case shows its dates as a column.
    const { rows } = await catalogue.run({
      ...plan,
      outputs: Object.fromEntries(
        Object.keys(expected).map((name) => [name, { format: 'rows', from: name }]),
      ),
    });
    for (const [name, csv] of Object.entries(expected)) {
      expect(rows[name]?.map(asText).toSorted(byText), name).toEqual(records(csv).toSorted(byText));
    }
  });

  test('publishes BIGINT, DOUBLE and VARCHAR only, in the documented order', async () => {
    const directory = await temporaryDirectory();
    const engine = await open(directory);
    onTestFinished(() => engine.close());
    const none = await toParquet(
      engine,
      directory,
      'p',
      'user_id,track_id,listen_time\nu,t,2024-06-25 10:00:00',
      PLAY_COLUMNS,
    );
    const song = await toParquet(
      engine,
      directory,
      's',
      'track_id,track_name,track_genre,duration_ms,artists\nt,Song,pop,1000,Band',
      SONG_COLUMNS,
    );
    const catalogue = await engine.prepare(catalogueBase({ songs: [song], users: [] }));
    onTestFinished(() => catalogue.close());
    const plan = transformPlan([{ path: none, date: '2024-06-25' }], (kpi) => join(directory, kpi));
    const { files } = await catalogue.run(plan);
    for (const { name, columns } of kpis) {
      const path = files[name]?.[0]?.path ?? '';
      const { rows } = await engine.run({
        name: 'types',
        inputs: { t: { format: 'parquet', paths: [path], columns } },
        steps: [
          {
            name: 'types',
            sql: `SELECT ${Object.keys(columns)
              .map((column) => `typeof(${column}) AS ${column}`)
              .join(', ')} FROM t`,
          },
        ],
        outputs: { types: { format: 'rows', from: 'types' } },
      });
      expect(
        Object.entries(rows['types']?.[0] ?? {}).map(([column, type]) => [
          column,
          String(type).toUpperCase(),
        ]),
      ).toEqual(Object.entries(columns));
    }
  });
});

async function toParquet(
  engine: Engine,
  directory: string,
  name: string,
  csv: string,
  columns: Columns,
): Promise<string> {
  const json = join(directory, `${name}.json`);
  const path = join(directory, `${name}.parquet`);
  const rows = records(csv).map((row) => `${JSON.stringify(emptyIsNull(row))}\n`);
  await writeFile(json, rows.join(''));
  // A column that the case leaves out is absent from the JSON, and so NULL.
  const source: PlanInput =
    rows.length === 0 ? { format: 'parquet', paths: [], columns } : { format: 'json', path: json, columns };
  await engine.run({
    name: 'fixture',
    inputs: { source },
    steps: [],
    outputs: { file: { format: 'parquet', from: 'source', path } },
  });
  return path;
}

const records = (csv: string): Record<string, string>[] =>
  parseCsv(csv, { columns: true, trim: true, skip_empty_lines: true });
const emptyIsNull = (row: Record<string, string>): Record<string, string | null> =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, value === '' ? null : value]));
const asText = (row: Row): Record<string, string> =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, String(value)]));
const byText = (a: Record<string, string>, b: Record<string, string>): number =>
  JSON.stringify(Object.entries(a).toSorted()) < JSON.stringify(Object.entries(b).toSorted()) ? -1 : 1;
