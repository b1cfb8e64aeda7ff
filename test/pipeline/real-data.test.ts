import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Dataset } from '../../src/contracts/contract.ts';
import { generateService } from '../../src/samples/generate.ts';
import { runReference, type Delivery } from '../reference/reference.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { TestLake } from '../support/test-lake.ts';

const REAL = join(import.meta.dirname, '../../../shared/data');
const real = existsSync(REAL);

test(`${real ? 'real plays' : 'generated plays (the real ones are not here)'} give the numbers of plain code`, async () => {
  const files = real ? await realFiles() : await generatedFiles();
  const lake = await TestLake.open();
  const report = await lake.run(...files);
  const reference = runReference(files, { onSameName: 'append' });

  for (const outcome of reference.files) {
    const { dataset, filename } = outcome;
    const { status, rows, valid, bad, duplicates, unknown_track, unknown_user, dates, reasons } = outcome;
    const facts = { status, rows, valid, bad, duplicates, unknown_track, unknown_user, dates, reasons };
    const found = [...report.catalogue, ...report.files].find(
      (file) => file.dataset === dataset && file.filename === filename,
    );
    expect(found).toMatchObject(facts);
  }
  const charts = [...reference.kpis];
  expect(charts.length).toBeGreaterThan(0);
  expect(await lake.chart('daily_genre')).toEqual(
    charts.flatMap(([date, { daily_genre }]) => daily_genre.map((row) => ({ date, ...row }))),
  );
  expect(await lake.chart('top_songs')).toEqual(
    charts.flatMap(([date, { top_songs }]) =>
      top_songs.map((row) => ({ date, ...row, genre: `${row.genre}#${row.rank}`, genre_name: row.genre })),
    ),
  );
  expect(await lake.chart('top_genres')).toEqual(
    charts.flatMap(([date, { top_genres }]) => top_genres.map((row) => ({ date, ...row }))),
  );
});

async function realFiles(): Promise<Delivery[]> {
  const names = (await readdir(REAL)).filter((name) => name.endsWith('.csv'));
  return Promise.all(
    names.map(async (filename) => {
      const dataset: Dataset = filename.startsWith('streams')
        ? 'streams'
        : (filename.replace('.csv', '') as Dataset);
      const modified = new Date((await stat(join(REAL, filename))).mtimeMs);
      return { dataset, filename, text: await readFile(join(REAL, filename), 'utf8'), modified };
    }),
  );
}

async function generatedFiles(): Promise<Delivery[]> {
  const directory = await temporaryDirectory();
  const { files } = await generateService({
    directory,
    plays: 20_000,
    days: 3,
    badRate: 0.01,
    repeatRate: 0.01,
  });
  return Promise.all(
    files.map(async ({ dataset, path }) => ({
      dataset,
      filename: path.split('/').at(-1) ?? '',
      text: await readFile(path, 'utf8'),
      modified: new Date('2024-07-01T00:00:00Z'),
    })),
  );
}
