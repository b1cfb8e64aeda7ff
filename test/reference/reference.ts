import { byBytes, inOrder } from './byte-order.ts';
import { chartsOf } from './charts.ts';
import type { Charts, Play, Song } from './charts.ts';
import { judgeFile } from './judge.ts';
import type { JudgedFile, ReferenceDataset, Values } from './judge.ts';
import { dateOf, secondOf } from './values.ts';

/** A file as it is dropped into the lake. */
export interface Delivery {
  readonly dataset: ReferenceDataset;
  readonly filename: string;
  /** Delivered as UTF-8. */
  readonly text: string;
  readonly modified: Date;
}

export interface ReferenceOptions {
  /** What other bytes under the name of an active play file mean. */
  readonly onSameName: 'append' | 'replace' | 'reject';
}

/** What became of a delivery; of a duplicate, the counts are those of the delivery it repeats. */
export interface FileOutcome {
  readonly dataset: ReferenceDataset;
  readonly filename: string;
  readonly status: 'success' | 'failed' | 'duplicate';
  readonly rows: number;
  readonly valid: number;
  readonly bad: number;
  readonly duplicates: number;
  readonly unknown_track: number;
  readonly unknown_user: number;
  readonly dates: readonly string[];
  readonly reasons: Readonly<Record<string, number>>;
  /** Code, null unless failed. */
  readonly error: string | null;
}

export interface ReferenceResult {
  /** By date, ascending. A date without a play that counts is absent; a chart can be empty. */
  readonly kpis: ReadonlyMap<string, Charts>;
  /** One for each delivery, in their order. */
  readonly files: readonly FileOutcome[];
}

interface Active {
  readonly delivery: Delivery;
  /** Of a duplicate: as the delivery that it repeats was judged, with that one's time of modification. */
  readonly file: JudgedFile;
  readonly judgedAgainst: Date;
}

/**
 * The whole pipeline as plainly as it can be said: deliveries in, charts out. Slow on purpose; it
 * shares no code with the program, so that the two agree only where both are right.
 */
export function runReference(deliveries: readonly Delivery[], options: ReferenceOptions): ReferenceResult {
  let active: readonly Active[] = [];
  const taken: (Omit<Active, 'judgedAgainst'> & Pick<FileOutcome, 'status' | 'error'>)[] = [];
  for (const delivery of deliveries) {
    const step = take(active, delivery, options);
    active = step.active;
    taken.push({ delivery, file: step.file, status: step.status, error: step.error });
  }

  const songs = catalogueOf(active);
  const tracks = new Set(songs.map((song) => song.track));
  const users = new Set(rowsOf(active, 'users').map((row) => text(row.values, 'user_id')));
  const plays = distinct(active.filter(isPlayFile).flatMap(({ file }) => file.valid.map(playOf)));
  const dates = [...new Set(plays.map((play) => play.date))].toSorted(byBytes);
  const kpis = new Map(
    dates.map((date) => [
      date,
      chartsOf(
        plays.filter((play) => play.date === date),
        songs,
      ),
    ]),
  );

  const files = taken.map(({ delivery, file, status, error }): FileOutcome => {
    const all = isPlayFile({ delivery }) ? file.valid.map(playOf) : [];
    const own = distinct(all);
    return {
      dataset: delivery.dataset,
      filename: delivery.filename,
      status,
      rows: file.rows,
      valid: file.valid.length,
      bad: file.bad,
      duplicates: all.length - own.length,
      unknown_track: own.filter((play) => !tracks.has(play.track)).length,
      unknown_user: own.filter((play) => !users.has(play.user)).length,
      dates: [...new Set(own.map((play) => play.date))].toSorted(byBytes),
      reasons: file.reasons,
      error,
    };
  });
  return { kpis, files };
}

interface Step {
  readonly active: readonly Active[];
  readonly file: JudgedFile;
  readonly status: FileOutcome['status'];
  readonly error: string | null;
}

const NOTHING: JudgedFile = { error: null, rows: 0, valid: [], bad: 0, reasons: {} };

function take(active: readonly Active[], delivery: Delivery, { onSameName }: ReferenceOptions): Step {
  const ofDataset = active.filter((other) => other.delivery.dataset === delivery.dataset);
  const sameName = ofDataset.filter((other) => other.delivery.filename === delivery.filename);
  const isSameText = (other: Active): boolean => other.delivery.text === delivery.text;

  const repeated = sameName.find(isSameText);
  if (repeated !== undefined) return { active, file: repeated.file, status: 'duplicate', error: null };
  if (isPlayFile({ delivery }) && sameName.length > 0 && onSameName === 'reject') {
    return { active, file: NOTHING, status: 'failed', error: 'same_name' };
  }

  // A catalogue file is a version of itself: its newest version is the one that counts.
  const replaces = !isPlayFile({ delivery }) || onSameName === 'replace';
  const rest = replaces ? active.filter((other) => !sameName.includes(other)) : active;
  // Under another name the same plays are a repetition, but the same catalogue has another precedence.
  // Unless it came more than an hour later, and plays that were in the future then are not any more.
  const saysTheSame = ({ file, judgedAgainst }: Active): boolean =>
    file.reasons['listen_time_in_future'] === undefined ||
    delivery.modified.getTime() - judgedAgainst.getTime() <= 3_600_000;
  const twin = isPlayFile({ delivery })
    ? ofDataset.find((other) => isSameText(other) && saysTheSame(other))
    : undefined;
  if (twin !== undefined) {
    return {
      active: [...rest, { delivery, file: twin.file, judgedAgainst: twin.judgedAgainst }],
      file: twin.file,
      status: 'duplicate',
      error: null,
    };
  }
  const file = judgeFile(delivery.dataset, delivery.text, delivery.modified);
  if (file.error !== null) return { active, file, status: 'failed', error: file.error };
  return {
    active: [...rest, { delivery, file, judgedAgainst: delivery.modified }],
    file,
    status: 'success',
    error: null,
  };
}

const isPlayFile = ({ delivery }: { readonly delivery: Delivery }): boolean => delivery.dataset === 'streams';

const text = (values: Values, column: string): string => values.get(column) ?? '';

function playOf(values: Values): Play {
  const second = secondOf(text(values, 'listen_time')) ?? Number.NaN;
  return { user: text(values, 'user_id'), track: text(values, 'track_id'), second, date: dateOf(second) };
}

/** Each (user, track, second) once. */
function distinct(plays: readonly Play[]): readonly Play[] {
  const byIdentity = new Map(
    plays.map((play) => [JSON.stringify([play.user, play.track, play.second]), play]),
  );
  return [...byIdentity.values()];
}

function rowsOf(
  active: readonly Active[],
  dataset: ReferenceDataset,
): { filename: string; values: Values }[] {
  return active
    .filter(({ delivery }) => delivery.dataset === dataset)
    .flatMap(({ delivery, file }) => file.valid.map((values) => ({ filename: delivery.filename, values })));
}

/** Each (track, genre) once: of the greatest filename, then the smallest duration, name and artists. */
function catalogueOf(active: readonly Active[]): readonly Song[] {
  const candidates = rowsOf(active, 'songs').map(({ filename, values }) => ({
    filename,
    track: text(values, 'track_id'),
    genre: text(values, 'track_genre'),
    name: text(values, 'track_name'),
    artists: text(values, 'artists'),
    durationMs: Number(text(values, 'duration_ms')),
  }));
  candidates.sort((a, b) =>
    inOrder(
      byBytes(b.filename, a.filename),
      a.durationMs - b.durationMs,
      byBytes(a.name, b.name),
      byBytes(a.artists, b.artists),
    ),
  );
  const chosen = new Map<string, Song>();
  for (const { track, genre, name, artists, durationMs } of candidates) {
    const identity = JSON.stringify([track, genre]);
    if (!chosen.has(identity)) chosen.set(identity, { track, genre, name, artists, durationMs });
  }
  return [...chosen.values()];
}
