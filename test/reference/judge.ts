import type { CsvRecord } from './csv-text.ts';
import { readCsv } from './csv-text.ts';
import { dayOf, integerOf, secondOf, trimmed } from './values.ts';

export type ReferenceDataset = 'users' | 'songs' | 'streams';

/** A row's values by column, trimmed; a missing one is absent. */
export type Values = ReadonlyMap<string, string>;

export interface JudgedFile {
  /** Code of the reason for which the file as a whole is refused; then there are no rows. */
  readonly error: string | null;
  readonly rows: number;
  readonly valid: readonly Values[];
  readonly bad: number;
  /** Bad rows by reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

type Rule = (text: string, modified: Date) => 'fine' | 'invalid' | 'out_of_range' | 'too_early' | 'in_future';

const anyText: Rule = () => 'fine';

const integerFrom =
  (min: bigint, max: bigint): Rule =>
  (text) => {
    const value = integerOf(text);
    if (value === undefined) return 'invalid';
    return value < min || value > max ? 'out_of_range' : 'fine';
  };

const listenTime: Rule = (text, modified) => {
  const second = secondOf(text);
  if (second === undefined) return 'invalid';
  if (second < Date.UTC(2000, 0, 1) / 1000) return 'too_early';
  return second * 1000 > modified.getTime() + 24 * 60 * 60 * 1000 ? 'in_future' : 'fine';
};

const createdAt: Rule = (text) =>
  dayOf(text) !== undefined || secondOf(text) !== undefined ? 'fine' : 'invalid';

const REQUIRED: Readonly<Record<ReferenceDataset, Readonly<Record<string, Rule>>>> = {
  users: {
    user_id: anyText,
    user_name: anyText,
    user_age: integerFrom(0n, 130n),
    user_country: anyText,
    created_at: createdAt,
  },
  songs: {
    track_id: anyText,
    track_name: anyText,
    track_genre: anyText,
    duration_ms: integerFrom(1n, 2_147_483_647n),
  },
  streams: { user_id: anyText, track_id: anyText, listen_time: listenTime },
};

/** Columns that a file may have; they never make a row bad. */
const OPTIONAL: Readonly<Record<ReferenceDataset, readonly string[]>> = {
  users: [],
  songs:
    'artists album_name popularity explicit danceability energy key loudness mode speechiness acousticness instrumentalness liveness valence tempo time_signature'.split(
      ' ',
    ),
  streams: [],
};

/** Splits a file into valid and bad rows; a function of its text and the time of its modification. */
export function judgeFile(dataset: ReferenceDataset, text: string, modified: Date): JudgedFile {
  const csv = readCsv(text);
  const [header, ...records] = csv.records;
  if (header?.nul === true) return refused('wrong_encoding');
  if (header?.malformedQuote === true) return refused('malformed_header');
  if (csv.unterminatedQuote) return refused('unterminated_quote');
  if (header === undefined) return dataset === 'streams' ? judged([], [], []) : refused('empty_catalogue');

  const names = header.fields.map((name) => trimmed(name) ?? '');
  const required = Object.entries(REQUIRED[dataset]);
  const known = [...required.map(([name]) => name), ...OPTIONAL[dataset]];
  if (known.some((name) => names.filter((other) => other === name).length > 1))
    return refused('duplicate_column');
  if (required.some(([name]) => !names.includes(name))) return refused('missing_column');

  const valid: Values[] = [];
  const bad: (readonly string[])[] = [];
  for (const record of records) {
    const values = new Map<string, string>();
    for (const [position, name] of names.entries()) {
      const value = trimmed(record.fields[position] ?? '');
      if (known.includes(name) && value !== undefined) values.set(name, value);
    }
    const faults = structuralFaults(record, names.length);
    // A record that cannot be split has no values to judge.
    if (faults.length === 0) {
      for (const [name, rule] of required) {
        const text = values.get(name);
        const verdict = text === undefined ? 'missing' : rule(text, modified);
        if (verdict === 'missing' || verdict === 'invalid') faults.push(`${verdict}_${name}`);
        else if (verdict !== 'fine') faults.push(`${name}_${verdict}`);
      }
    }
    if (faults.length === 0) valid.push(values);
    else bad.push(faults);
  }
  // An empty catalogue would take every song out of the charts.
  if (dataset !== 'streams' && valid.length === 0) return refused('empty_catalogue');
  return judged(records, valid, bad);
}

function structuralFaults(record: CsvRecord, columns: number): string[] {
  const faults: string[] = [];
  if (record.fields.length !== columns) faults.push('wrong_column_count');
  if (record.malformedQuote) faults.push('malformed_quote');
  if (record.nul) faults.push('nul_byte');
  return faults;
}

const refused = (error: string): JudgedFile => ({ error, rows: 0, valid: [], bad: 0, reasons: {} });

function judged(
  records: readonly CsvRecord[],
  valid: readonly Values[],
  bad: readonly (readonly string[])[],
): JudgedFile {
  const reasons: Record<string, number> = {};
  for (const reason of bad.flat()) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return { error: null, rows: records.length, valid, bad: bad.length, reasons };
}
