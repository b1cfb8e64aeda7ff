import path from 'node:path';
import type { Dataset } from '../contracts/contract.ts';
import { rawKey } from '../lake/zones.ts';
import { dateAfter, weekdayWeight } from './calendar.ts';
import { encodeRows } from './csv-text.ts';
import type { GenerateOptions } from './generate-options.ts';
import { settle } from './generate-options.ts';
import { PLAYS_HEADER, PlayWriter, playChunks } from './play-chunks.ts';
import { trackSampler } from './popularity.ts';
import { createService } from './service.ts';
import { songRows } from './song-rows.ts';
import { split } from './split.ts';
import { userRows } from './user-rows.ts';
import { writeWhole } from './whole-file.ts';

export interface GeneratedFile {
  readonly dataset: Dataset;
  /** Absolute if `directory` was. */
  readonly path: string;
  /** Records, the broken ones too, without the header. */
  readonly rows: number;
  /** On disk. */
  readonly bytes: number;
  /** Of `rows`, those that break a rule. */
  readonly badRows: number;
  /** Of `rows`, those that only repeat the row before. */
  readonly repeatedRows: number;
}

export interface Generated {
  readonly files: readonly GeneratedFile[];
}

/** Counts what passes, so that chunks need not carry their rows. */
function* counted<T>(items: Iterable<T>, count: (item: T) => void): Generator<T> {
  for (const item of items) {
    count(item);
    yield item;
  }
}

/**
 * Makes a whole service's raw data under `<directory>/raw/`: the catalogue first, then the days in their
 * order. The same options give the same bytes everywhere (of `.gz` files, the same content).
 * @throws UsageError if an option is out of its range
 * @throws the signal's reason if aborted; complete files stay
 */
export async function generateService(options: GenerateOptions): Promise<Generated> {
  const settled = settle(options);
  const { plays, days, badRate, repeatRate, filesPerDay, compress, signal, onProgress } = settled;
  const service = createService({ ...settled, unknownPerMille: 5 });
  const files: GeneratedFile[] = [];
  let playsDone = 0;
  let bytesDone = 0;

  const place = (dataset: Dataset, name: string): string =>
    path.join(settled.directory, ...rawKey(dataset, name).split('/'));

  const watched = (chunks: Iterable<Uint8Array>, playsOfFile: () => number): Iterable<Uint8Array> =>
    counted(chunks, (chunk) => {
      bytesDone += chunk.length;
      onProgress?.({ plays: playsDone + playsOfFile(), bytes: bytesDone }, plays);
    });

  const writeTable = async (dataset: Dataset, rows: Iterable<string>): Promise<void> => {
    let records = -1;
    const chunks = encodeRows(counted(rows, () => (records += 1)));
    const file = place(dataset, `${dataset}.csv`);
    const bytes = await writeWhole(
      file,
      watched(chunks, () => 0),
      { signal },
    );
    files.push({ dataset, path: file, rows: records, bytes, badRows: 0, repeatedRows: 0 });
  };

  function* withHeader(rows: Iterable<Uint8Array>): Generator<Uint8Array> {
    yield Buffer.from(PLAYS_HEADER);
    yield* rows;
  }

  await writeTable('users', userRows(service));
  await writeTable('songs', songRows(service, false));
  const dates = Array.from({ length: days }, (_, day) => dateAfter(service.start, day));
  for (const [day, playsOfDay] of split(plays, dates.map(weekdayWeight)).entries()) {
    const sampler = trackSampler(service, day);
    for (const [file, rows] of split(playsOfDay, Array<number>(filesPerDay).fill(1)).entries()) {
      const writer = new PlayWriter({ service, sampler, day, file, rows, badRate, repeatRate });
      const suffix = `${file === 0 ? '' : `-${file + 1}`}.csv${compress ? '.gz' : ''}`;
      const target = place('streams', `plays-${dates[day] ?? ''}${suffix}`);
      const chunks = watched(withHeader(playChunks(writer)), () => writer.rows);
      const bytes = await writeWhole(target, chunks, { signal, compress });
      playsDone += rows;
      const { badRows, repeatedRows } = writer;
      files.push({ dataset: 'streams', path: target, rows, bytes, badRows, repeatedRows });
    }
  }
  return { files };
}
