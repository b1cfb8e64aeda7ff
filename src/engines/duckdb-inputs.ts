import { literal, quoted } from './dialect.ts';
import type { Columns, CsvInput, CsvSegment, JsonInput, ParquetInput, PlanInput } from './engine.ts';

/**
 * The SELECT that reads an input. Paths come from the program, columns from contracts and KPIs.
 * @param threads that the engine has
 */
export function readInput(input: PlanInput, threads: number): string {
  switch (input.format) {
    case 'parquet':
      return readParquet(input);
    case 'csv':
      return readCsv(input, threads);
    case 'json':
      return readJson(input);
  }
}

function readParquet({ paths, columns, fileColumn }: ParquetInput): string {
  if (paths.length === 0) return emptyRelation(columns, fileColumn);
  const selected = Object.keys(columns).map(quoted);
  // A column that the reader gives to whoever asks: no name has to be looked up for every row.
  if (fileColumn !== undefined) selected.push(`CAST(file_index AS INTEGER) AS ${quoted(fileColumn)}`);
  return `SELECT ${selected.join(', ')} FROM read_parquet([${paths.map(pathLiteral).join(', ')}],
    hive_partitioning = false, union_by_name = false)`;
}

function emptyRelation(columns: Columns, fileColumn?: string): string {
  const nulls = Object.entries(columns).map(([name, type]) => `CAST(NULL AS ${type}) AS ${quoted(name)}`);
  if (fileColumn !== undefined) nulls.push(`CAST(NULL AS INTEGER) AS ${quoted(fileColumn)}`);
  return `SELECT ${nulls.join(', ')} WHERE false`;
}

/**
 * Every option is explicit, because a guess by the reader is a wrong result in silence. A segment is read by
 * one thread: parallel readers can begin within a quoted line break. Buffers are as small as a record allows,
 * because each thread has its own.
 */
function readCsv(
  { segments, columns, maxRecordBytes, rowColumn, tallied }: CsvInput,
  threads: number,
): string {
  const types = columns.map((column) => `${quoted(column)}: 'VARCHAR'`).join(', ');
  const texts: Columns = Object.fromEntries(columns.map((column) => [column, 'VARCHAR']));
  if (segments.length === 0)
    return emptyRelation(rowColumn === undefined ? texts : { [rowColumn]: 'BIGINT', ...texts });
  return lanesOf(segments, threads)
    .map(({ rowsBefore, paths }) => {
      const records = `read_csv([${paths.map(pathLiteral).join(', ')}], columns = {${types}}, auto_detect = false,
        delim = ',', quote = '"', escape = '"', new_line = '\\n', header = false, nullstr = '',
        strict_mode = true, null_padding = false, ignore_errors = false, encoding = 'utf-8',
        max_line_size = ${maxRecordBytes + 2}, buffer_size = ${2 * (maxRecordBytes + 2)}, parallel = false)`;
      if (rowColumn === undefined) return `SELECT * FROM ${records}`;
      if (tallied !== true)
        return `SELECT ${rowsBefore} + row_number() OVER () AS ${quoted(rowColumn)}, * FROM ${records}`;
      // Unlike the text of any other lane, so that no two tallies are the same row.
      const tally = columns.map(() => literal(`after row ${rowsBefore}`)).join(', ');
      return `SELECT CASE WHEN is_tally THEN 1 - place ELSE ${rowsBefore} + place END AS ${quoted(rowColumn)},
          * EXCLUDE (is_tally, place) FROM (
            SELECT *, row_number() OVER () AS place FROM (
              SELECT *, false AS is_tally FROM ${records} UNION ALL SELECT ${tally}, true))`;
    })
    .join(' UNION ALL ');
}

interface Lane {
  /** Rows of the lanes before. */
  readonly rowsBefore: number;
  readonly paths: readonly string[];
}

/**
 * Neighbouring segments, which are read one after the other, in as many lanes of about as many rows as there are
 * threads. DuckDB works at all branches of a union at once, each with a hash table of its own: a file of forty
 * segments would need 500 MB before it could spill.
 */
function lanesOf(segments: readonly CsvSegment[], threads: number): readonly Lane[] {
  const all = segments.reduce((sum, { rows }) => sum + rows, 0);
  const lanes = new Map<number, Lane>();
  let rowsBefore = 0;
  for (const { path, rows } of segments) {
    const middle = rowsBefore + rows / 2;
    const index = Math.floor((threads * middle) / all);
    const lane = lanes.get(index) ?? { rowsBefore, paths: [] };
    lanes.set(index, { ...lane, paths: [...lane.paths, path] });
    rowsBefore += rows;
  }
  return [...lanes.values()];
}

function readJson({ path, columns }: JsonInput): string {
  const types = Object.entries(columns).map(([name, type]) => `${quoted(name)}: ${literal(type)}`);
  return `SELECT * FROM read_json(${pathLiteral(path)}, format = 'newline_delimited', columns = {${types.join(', ')}})`;
}

/** DuckDB takes a path that it reads for a pattern: a lake below a folder like `data [old]` must still work. */
export const escapePattern = (path: string): string => path.replaceAll(/[[*?]/g, '[$&]');
const pathLiteral = (path: string): string => literal(escapePattern(path));
