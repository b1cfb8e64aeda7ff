import { basename } from 'node:path';
import { duckdbDialect } from '../../src/engines/duckdb-dialect.ts';
import type {
  Engine,
  Plan,
  PlanBase,
  PlanInput,
  PlanResult,
  PlanRunner,
  Row,
  WrittenFile,
} from '../../src/engines/engine.ts';
import { EngineError } from '../../src/engines/errors.ts';
import { chartsOf, type Charts, type Play, type Song } from '../reference/charts.ts';
import { byDate } from './by-date.ts';
import { keyOfPath } from './memory-lake.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Step } from './step.ts';

/** A row of a part: a play, a song or a user, by column. */
export type PartRow = Readonly<Record<string, string | number>>;

export const encodeRows = (rows: readonly unknown[]): Uint8Array => Buffer.from(JSON.stringify(rows));

/** Executes the plans of the protocol by their names, in plain code; its "Parquet" is a list in JSON. */
export class MemoryEngine implements Engine {
  readonly name = 'memory';
  readonly dialect = duckdbDialect;
  readonly #store: MemoryStore;
  readonly #step: Step;

  constructor(store: MemoryStore, step: Step) {
    this.#store = store;
    this.#step = step;
  }

  async run(plan: Plan, signal?: AbortSignal): Promise<PlanResult> {
    signal?.throwIfAborted();
    const result = await this.#execute(plan);
    signal?.throwIfAborted();
    return result;
  }

  /** Each plan reads the base anew, so that what becomes of its files meanwhile is seen. */
  prepare(base: PlanBase): Promise<PlanRunner> {
    return Promise.resolve({
      run: (plan, signal) => this.run({ ...plan, inputs: { ...base.inputs, ...plan.inputs } }, signal),
      close: () => Promise.resolve(),
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #execute(plan: Plan): Promise<PlanResult> {
    switch (plan.name) {
      case 'transform_data':
        return this.#transform(plan);
      case 'load_to_dynamodb':
        return this.#load(plan);
      case 'empty_kpi':
        return this.#call(plan.name, true, () => {
          const output = plan.outputs['file'];
          if (output?.format !== 'parquet') throw new TypeError('no file to write');
          return { files: { file: [this.#write(output.path, [])] }, rows: {} };
        });
      default:
        throw new TypeError(`the engine in memory does not know the plan ${plan.name}`);
    }
  }

  #call<T>(subject: string, writes: boolean, apply: () => T): Promise<T> {
    return this.#step({ port: 'engine', operation: 'run', subject, writes }, apply);
  }

  /** As an engine does, one input after the other: what is replaced meanwhile is read as a mix. */
  async #load(plan: Plan): Promise<PlanResult> {
    const rows: Record<string, readonly Row[]> = {};
    for (const [name, input] of Object.entries(plan.inputs)) {
      rows[name] = await this.#call(`${plan.name} ${name}`, false, () =>
        this.#rowsOf(input).map(({ row }) => row),
      );
    }
    return { files: {}, rows };
  }

  #transform(plan: Plan): Promise<PlanResult> {
    return this.#call(plan.name, true, () => {
      const plays = this.#rowsOf(plan.inputs['play_rows']);
      const songs = catalogueOf(
        Object.entries(plan.inputs)
          .filter(([name]) => name.startsWith('songs_'))
          .toSorted(([a], [b]) => Number(a.slice(6)) - Number(b.slice(6)))
          .map(([, input]) => this.#rowsOf(input).map(({ row }) => row)),
      );
      const users = new Set(this.#rowsOf(plan.inputs['user_rows']).map(({ row }) => row['user_id']));
      const tracks = new Set(songs.map(({ track }) => track));
      const distinct = new Map(plays.map(({ row }) => [JSON.stringify(row), playOf(row)]));
      const dates = byDate(distinct.values());
      const files: Record<string, WrittenFile[]> = { daily_genre: [], top_songs: [], top_genres: [] };
      for (const [date, own] of dates) this.#writeCharts(plan, date, chartsOf(own, songs), files);
      const counts = new Map<string, Record<string, string | number>>();
      for (const { row, file } of plays) {
        const { user, track, date } = playOf(row);
        const key = `${date} ${file}`;
        const count = counts.get(key) ?? { date, part: file, plays: 0, unknown_track: 0, unknown_user: 0 };
        count['plays'] = Number(count['plays']) + 1;
        if (!tracks.has(track)) count['unknown_track'] = Number(count['unknown_track']) + 1;
        if (!users.has(user)) count['unknown_user'] = Number(count['unknown_user']) + 1;
        counts.set(key, count);
      }
      const date_counts = [...dates].map(([date, own]) => ({ date, plays: own.length }));
      return { files, rows: { part_counts: [...counts.values()], date_counts } };
    });
  }

  #writeCharts(plan: Plan, date: string, charts: Charts, files: Record<string, WrittenFile[]>): void {
    for (const name of ['daily_genre', 'top_songs', 'top_genres'] as const) {
      const rows = charts[name];
      const output = plan.outputs[name];
      if (output?.format !== 'parquet' || rows.length === 0) continue;
      files[name]?.push({
        ...this.#write(`${output.path}/date=${date}/part.parquet`, rows),
        partition: date,
      });
    }
  }

  #write(path: string, rows: readonly unknown[]): WrittenFile {
    this.#store.put(keyOfPath(path), encodeRows(rows));
    return { path, rows: rows.length };
  }

  #rowsOf(input: PlanInput | undefined): { readonly row: PartRow; readonly file: string }[] {
    if (input?.format !== 'parquet') return [];
    return input.paths.flatMap((path) => {
      const object = this.#store.get(keyOfPath(path));
      if (object === undefined) throw new EngineError(`No files found that match the pattern "${path}"`);
      return decodeRows(object.body).map((row) => ({ row, file: basename(path) }));
    });
  }
}

const decoded = new WeakMap<Uint8Array, readonly PartRow[]>();

/** Bytes never change, so the same ones are read once. */
function decodeRows(body: Uint8Array): readonly PartRow[] {
  let rows = decoded.get(body);
  if (rows === undefined) {
    rows = JSON.parse(Buffer.from(body).toString('utf8')) as readonly PartRow[];
    decoded.set(body, rows);
  }
  return rows;
}

function playOf(row: PartRow): Play {
  const [user, track, second, date] = [row['user_id'], row['track_id'], row['second'], row['date']].map(
    String,
  );
  return { user: user ?? '', track: track ?? '', second: Number(second), date: date ?? '' };
}

/** Each (track, genre) once: of the last file that has it. */
function catalogueOf(files: readonly (readonly PartRow[])[]): readonly Song[] {
  const songs = new Map<string, Song>();
  for (const row of files.flat()) {
    const [track = '', genre = '', name = '', artists = ''] = [
      row['track_id'],
      row['track_genre'],
      row['track_name'],
      row['artists'] ?? '',
    ].map(String);
    songs.set(`${track}\0${genre}`, { track, genre, name, artists, durationMs: Number(row['duration_ms']) });
  }
  return [...songs.values()];
}
