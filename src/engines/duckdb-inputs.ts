import { literal, quoted } from './dialect.ts';
import type { Columns, CsvInput, JsonInput, ParquetInput, PlanInput } from './engine.ts';

/** The SELECT that reads an input. Paths come from the program, columns from contracts and KPIs. */
export function readInput(input: PlanInput): string {
  switch (input.format) {
    case 'parquet':
      return readParquet(input);
    case 'csv':
      return readCsv(input);
    case 'json':
      return readJson(input);
  }
}

function readParquet({ paths, columns, fileColumn }: ParquetInput): string {
  if (paths.length === 0) return emptyRelation(columns, fileColumn);
  const selected = Object.keys(columns).map(quoted);
  if (fileColumn !== undefined) {
    const place = `list_position([${paths.map(literal).join(', ')}], filename) - 1`;
    selected.push(`CAST(${place} AS INTEGER) AS ${quoted(fileColumn)}`);
  }
  return `SELECT ${selected.join(', ')} FROM read_parquet([${paths.map(pathLiteral).join(', ')}],
    hive_partitioning = false, union_by_name = false${fileColumn === undefined ? '' : ', filename = true'})`;
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
function readCsv({ segments, columns, maxRecordBytes, rowColumn }: CsvInput): string {
  const types = columns.map((column) => `${quoted(column)}: 'VARCHAR'`).join(', ');
  const texts: Columns = Object.fromEntries(columns.map((column) => [column, 'VARCHAR']));
  if (segments.length === 0)
    return emptyRelation(rowColumn === undefined ? texts : { [rowColumn]: 'BIGINT', ...texts });
  return segments
    .map(({ path, rowsBefore }) => {
      const row =
        rowColumn === undefined ? '' : `${rowsBefore} + row_number() OVER () AS ${quoted(rowColumn)}, `;
      return `SELECT ${row}* FROM read_csv(${pathLiteral(path)}, columns = {${types}}, auto_detect = false,
        delim = ',', quote = '"', escape = '"', new_line = '\\n', header = false, nullstr = '',
        strict_mode = true, null_padding = false, ignore_errors = false, encoding = 'utf-8',
        max_line_size = ${maxRecordBytes + 2}, buffer_size = ${2 * (maxRecordBytes + 2)}, parallel = false)`;
    })
    .join(' UNION ALL ');
}

function readJson({ path, columns }: JsonInput): string {
  const types = Object.entries(columns).map(([name, type]) => `${quoted(name)}: ${literal(type)}`);
  return `SELECT * FROM read_json(${pathLiteral(path)}, format = 'newline_delimited', columns = {${types.join(', ')}})`;
}

/** DuckDB takes a path that it reads for a pattern: a lake below a folder like `data [old]` must still work. */
export const escapePattern = (path: string): string => path.replaceAll(/[[*?]/g, '[$&]');
const pathLiteral = (path: string): string => literal(escapePattern(path));
