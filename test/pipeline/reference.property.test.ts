import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ChartItem } from '../../src/pipeline/hitparade.ts';
import type { FileReport } from '../../src/pipeline/reports.ts';
import { deliveries, options } from '../reference/arbitraries.ts';
import {
  runReference,
  type Delivery,
  type FileOutcome,
  type ReferenceResult,
} from '../reference/reference.ts';
import { TestLake } from '../support/test-lake.ts';

const RUNS = Number(process.env['HITPARADE_PROPERTY_RUNS'] ?? 6);
/** The same cases for everybody who runs `npm test`; `npm run test:properties` looks for new ones. */
const SEED = process.env['HITPARADE_PROPERTY_RUNS'] === undefined ? { seed: 20240625 } : {};

test(`the pipeline agrees with the reference on ${RUNS} random histories, delivery by delivery`, async () => {
  await fc.assert(
    fc.asyncProperty(deliveries, options, async (history, { onSameName }) => {
      await inLake(onSameName, async (lake) => {
        const outcomes: FileReport[] = [];
        for (const delivery of history) outcomes.push(await deliver(lake, delivery));
        const reference = runReference(history, { onSameName });
        expect(outcomes.map(ofReport)).toEqual(reference.files.map(ofOutcome));
        await expectCharts(lake, reference);
        await expectUnknowns(lake, history, reference);
      });
    }),
    { numRuns: RUNS, ...SEED },
  );
}, 600_000);

test(`files that arrive together, in any order, give the same charts on ${RUNS} random sets`, async () => {
  const sets = fc.uniqueArray(fc.record({ delivery: deliveries, order: fc.nat() }), {
    maxLength: 1,
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(sets, async ([set]) => {
      if (set === undefined) return;
      // One file a name: the order of two deliveries under one name has a meaning.
      const byName = new Map(set.delivery.map((file) => [`${file.dataset}/${file.filename}`, file]));
      const files = [...byName.values()];
      const rotated = [
        ...files.slice(set.order % (files.length || 1)),
        ...files.slice(0, set.order % (files.length || 1)),
      ];
      const together = await inLake('append', async (lake) => {
        await lake.run(...files);
        return charts(lake);
      });
      const oneByOne = await inLake('append', async (lake) => {
        for (const file of rotated) await lake.run(file);
        return charts(lake);
      });
      expect(oneByOne).toEqual(together);
    }),
    { numRuns: RUNS, ...SEED },
  );
}, 600_000);

async function inLake<T>(
  onSameName: 'append' | 'replace' | 'reject',
  work: (lake: TestLake) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'hitparade-property-'));
  const lake = await TestLake.open({ lake: directory, onSameName });
  try {
    return await work(lake);
  } finally {
    await lake.hitparade.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function deliver(lake: TestLake, delivery: Delivery): Promise<FileReport> {
  const report = await lake.run(delivery);
  const file = [...report.files, ...report.catalogue].find(({ dataset }) => dataset === delivery.dataset);
  if (file !== undefined) return file;
  // A catalogue file that did not change is no news of a run.
  const known = (await lake.hitparade.files(delivery.filename)).find(
    ({ dataset }) => dataset === delivery.dataset,
  );
  if (known === undefined) throw new Error(`${delivery.filename} was not taken`);
  return { ...known, status: 'duplicate' };
}

type Facts = Pick<FileReport, 'dataset' | 'filename' | 'status' | 'rows' | 'valid' | 'bad' | 'duplicates'>;

/** Of a repetition only its status is compared: what it holds is told by the file that it repeats. */
function ofReport({
  dataset,
  filename,
  status,
  rows,
  valid,
  bad,
  duplicates,
  dates,
  reasons,
}: FileReport): unknown {
  return facts({ dataset, filename, status, rows, valid, bad, duplicates }, dates, reasons);
}
function ofOutcome({
  dataset,
  filename,
  status,
  rows,
  valid,
  bad,
  duplicates,
  dates,
  reasons,
}: FileOutcome): unknown {
  return facts({ dataset, filename, status, rows, valid, bad, duplicates }, dates, reasons);
}
function facts(counts: Facts, dates: readonly string[], reasons: Readonly<Record<string, number>>): unknown {
  const { dataset, filename, status } = counts;
  return status === 'success' ? { ...counts, dates, reasons } : { dataset, filename, status };
}

async function charts(lake: TestLake): Promise<Record<string, readonly ChartItem[]>> {
  return {
    daily_genre: await lake.chart('daily_genre'),
    top_songs: await lake.chart('top_songs'),
    top_genres: await lake.chart('top_genres'),
  };
}

async function expectCharts(lake: TestLake, { kpis }: ReferenceResult): Promise<void> {
  const expected = [...kpis].toSorted(([a], [b]) => (a < b ? -1 : 1));
  expect(await charts(lake)).toEqual({
    daily_genre: expected.flatMap(([date, { daily_genre }]) => daily_genre.map((row) => ({ date, ...row }))),
    top_songs: expected.flatMap(([date, { top_songs }]) =>
      top_songs.map((row) => ({ date, ...row, genre: `${row.genre}#${row.rank}`, genre_name: row.genre })),
    ),
    top_genres: expected.flatMap(([date, { top_genres }]) => top_genres.map((row) => ({ date, ...row }))),
  });
}

/** What each accepted play file says of unknown tracks and users, by the catalogue as it is at the end. */
async function expectUnknowns(
  lake: TestLake,
  history: readonly Delivery[],
  { files }: ReferenceResult,
): Promise<void> {
  const last = new Map(
    files.map((outcome, index) => [`${outcome.dataset}/${outcome.filename}`, { outcome, index }]),
  );
  for (const { outcome, index } of last.values()) {
    if (outcome.dataset !== 'streams' || outcome.status !== 'success') continue;
    const report = (await lake.hitparade.files(outcome.filename)).find(
      ({ dataset }) => dataset === 'streams',
    );
    const { unknown_track, unknown_user } = outcome;
    expect(report, history[index]?.filename).toMatchObject({ unknown_track, unknown_user });
  }
}
