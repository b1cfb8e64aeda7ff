import type { Contract } from '../../contracts/contract.ts';
import type { Dialect } from '../../engines/dialect.ts';
import { quoted } from '../../engines/dialect.ts';
import type { CsvInput, Plan } from '../../engines/engine.ts';
import { judge, rawColumn } from './judge.ts';

export interface ValidationInput {
  readonly contract: Contract;
  readonly positions: ReadonlyMap<string, number>;
  readonly asOf: Date;
  readonly dialect: Dialect;
  /** Of the clean file: its path, and how it must be read. */
  readonly csv: Omit<CsvInput, 'format' | 'columns' | 'rowColumn'> & { readonly columnCount: number };
}

function csvInput({ csv }: ValidationInput, rowColumn?: string): CsvInput {
  const { columnCount, ...rest } = csv;
  const columns = Array.from({ length: columnCount }, (_, position) => rawColumn(position));
  return { format: 'csv', ...rest, columns, ...(rowColumn === undefined ? {} : { rowColumn }) };
}

/** Valid rows of users or songs as one part; `summary`: rows, blanked_<column>. */
export function cataloguePlan(input: ValidationInput, partPath: string): Plan {
  const { contract } = input;
  const columns = contract.columns.map(({ name }) => quoted(name)).join(', ');
  const blanked = blankedColumns(contract).map((name) => `sum(${quoted(name)}) AS ${quoted(name)}`);
  return {
    name: `validate_${contract.dataset}`,
    inputs: { source: csvInput(input) },
    steps: [
      ...judge(input),
      { name: 'valid', sql: 'SELECT * FROM judged WHERE reason_mask = 0', materialize: true },
      { name: 'part_rows', sql: `SELECT ${columns} FROM valid` },
      { name: 'summary_rows', sql: `SELECT ${['count(*) AS valid', ...blanked].join(', ')} FROM valid` },
    ],
    outputs: {
      summary: { format: 'rows', from: 'summary_rows' },
      parts: { format: 'parquet', from: 'part_rows', path: partPath },
    },
  };
}

/**
 * Distinct valid plays as one part for each date; `dates`: date, plays, deliveries (with repetitions).
 * Writes no parts if there are more than `maxDates` dates: the caller rejects the file then.
 */
export function playsPlan(input: ValidationInput, partsPath: string, maxDates: number): Plan {
  return {
    name: 'validate_streams',
    inputs: { source: csvInput(input) },
    steps: [
      ...judge(input),
      {
        // The mask follows from the values, so one play has one. Asked after the grouping, because a filter
        // before it makes DuckDB judge every row again for the filter, which takes several times as long.
        name: 'deliveries',
        sql: `SELECT user_id, track_id, listen_time, count(*) AS deliveries, max(reason_mask) AS reason_mask
          FROM judged GROUP BY user_id, track_id, listen_time`,
      },
      {
        name: 'plays',
        sql: `SELECT user_id, track_id, listen_time, CAST(CAST(listen_time AS DATE) AS VARCHAR) AS date, deliveries
          FROM deliveries WHERE reason_mask = 0`,
        materialize: true,
      },
      {
        name: 'file_dates',
        sql: `SELECT date, count(*) AS plays, CAST(sum(deliveries) AS BIGINT) AS deliveries FROM plays
          GROUP BY date ORDER BY date`,
        materialize: true,
      },
      {
        name: 'part_rows',
        sql: `SELECT user_id, track_id, listen_time, date FROM plays
          WHERE (SELECT count(*) FROM file_dates) <= ${maxDates}`,
      },
    ],
    outputs: {
      dates: { format: 'rows', from: 'file_dates' },
      parts: { format: 'parquet', from: 'part_rows', path: partsPath, partitionBy: 'date' },
    },
  };
}

/** The number and the reason mask of every record that breaks a rule, ascending, as CSV lines. */
export function badRowsPlan(input: ValidationInput, path: string): Plan {
  return {
    name: `find_bad_${input.contract.dataset}`,
    inputs: { source: csvInput(input, 'row_number') },
    steps: [
      ...judge({ ...input, carry: 'row_number' }),
      {
        name: 'bad_rows',
        sql: 'SELECT row_number, reason_mask FROM judged WHERE reason_mask <> 0 ORDER BY row_number',
      },
    ],
    outputs: { bad: { format: 'csv', from: 'bad_rows', path } },
  };
}

export function blankedColumns(contract: Contract): readonly string[] {
  return contract.columns
    .filter((column) => !column.required && column.type !== 'text')
    .map((column) => `blanked_${column.name}`);
}
