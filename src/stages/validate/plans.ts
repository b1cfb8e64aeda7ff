import type { Contract } from '../../contracts/contract.ts';
import type { Dialect } from '../../engines/dialect.ts';
import { quoted } from '../../engines/dialect.ts';
import type { CsvInput, Plan, PlanOutput, PlanStep } from '../../engines/engine.ts';
import { judge, rawColumn } from './judge.ts';

export interface ValidationInput {
  readonly contract: Contract;
  readonly positions: ReadonlyMap<string, number>;
  readonly asOf: Date;
  readonly dialect: Dialect;
  /** What the scanner left, and how it must be read. */
  readonly csv: Omit<CsvInput, 'format' | 'columns' | 'rowColumn'> & { readonly columnCount: number };
  /** Where the verdicts go. */
  readonly verdictsPath: string;
}

/** Number of a record among the well-formed ones of its file, from 1. */
const ROW = 'row_number';

function judgedSource(input: ValidationInput): Pick<Plan, 'inputs' | 'steps'> {
  const { columnCount, ...csv } = input.csv;
  const columns = Array.from({ length: columnCount }, (_, position) => rawColumn(position));
  return {
    inputs: { source: { format: 'csv', ...csv, columns, rowColumn: ROW } },
    steps: judge({ ...input, carry: ROW }),
  };
}

/** The number and the reason mask of every record that breaks a rule, ascending, as CSV lines. */
function verdicts(path: string, bad: string): { readonly step: PlanStep; readonly output: PlanOutput } {
  return {
    step: { name: 'verdicts', sql: `SELECT ${bad} ORDER BY 1` },
    output: { format: 'csv', from: 'verdicts', path },
  };
}

/** Valid rows of users or songs as one part; `summary`: valid, bad, blanked_<column>. */
export function cataloguePlan(input: ValidationInput, partPath: string): Plan {
  const { contract } = input;
  const { inputs, steps } = judgedSource(input);
  const columns = contract.columns.map(({ name }) => quoted(name)).join(', ');
  const blanked = blankedColumns(contract).map((name) => `sum(${quoted(name)}) AS ${quoted(name)}`);
  const bad = verdicts(input.verdictsPath, `${ROW}, reason_mask FROM rows_judged WHERE reason_mask <> 0`);
  return {
    name: `validate_${contract.dataset}`,
    inputs,
    steps: [
      ...steps,
      { name: 'rows_judged', sql: 'SELECT * FROM judged', materialize: true },
      { name: 'part_rows', sql: `SELECT ${columns} FROM rows_judged WHERE reason_mask = 0` },
      {
        name: 'summary_rows',
        sql: `SELECT ${['count(*) AS valid', ...blanked].join(', ')} FROM rows_judged WHERE reason_mask = 0`,
      },
      bad.step,
    ],
    outputs: {
      summary: { format: 'rows', from: 'summary_rows' },
      parts: { format: 'parquet', from: 'part_rows', path: partPath },
      verdicts: bad.output,
    },
  };
}

/** Of a bad row among `deliveries`: 1 is its number, 2 its reason mask. */
const badRow = (field: 1 | 2): string => `split_part(user_id, ' ', ${field})`;

/**
 * Distinct valid plays as one part for each date; `dates`: date, plays, deliveries (with repetitions).
 * Writes no parts if there are more than `maxDates` dates: the caller rejects the file then.
 */
export function playsPlan(input: ValidationInput, partsPath: string, maxDates: number): Plan {
  const { inputs, steps } = judgedSource(input);
  const bad = verdicts(
    input.verdictsPath,
    `CAST(${badRow(1)} AS BIGINT) AS ${ROW}, CAST(${badRow(2)} AS BIGINT) AS reason_mask
      FROM deliveries WHERE listen_time IS NULL`,
  );
  return {
    name: 'validate_streams',
    inputs,
    steps: [
      ...steps,
      {
        // Valid plays are grouped by what they are, bad rows stay by themselves, with their number in the place
        // of the user and without a time: so one pass over the file gives both. Columns of their own would
        // make the grouping a fifth slower, and a filter before it would make DuckDB judge every row again.
        name: 'deliveries',
        sql: `SELECT user_id, track_id, listen_time, count(*) AS deliveries FROM (
            SELECT track_id, CASE WHEN reason_mask = 0 THEN listen_time END AS listen_time,
              CASE WHEN reason_mask = 0 THEN user_id
                ELSE CAST(${ROW} AS VARCHAR) || ' ' || CAST(reason_mask AS VARCHAR) END AS user_id
            FROM judged) r
          GROUP BY user_id, track_id, listen_time`,
        materialize: true,
      },
      {
        name: 'plays',
        sql: `SELECT user_id, track_id, listen_time, CAST(listen_time AS DATE) AS date, deliveries
          FROM deliveries WHERE listen_time IS NOT NULL`,
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
      bad.step,
    ],
    outputs: {
      dates: { format: 'rows', from: 'file_dates' },
      parts: {
        format: 'parquet',
        from: 'part_rows',
        path: partsPath,
        partitionBy: 'date',
        partitionsFrom: 'file_dates',
      },
      verdicts: bad.output,
    },
  };
}

export function blankedColumns(contract: Contract): readonly string[] {
  return contract.columns
    .filter((column) => !column.required && column.type !== 'text')
    .map((column) => `blanked_${column.name}`);
}
