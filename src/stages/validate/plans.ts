import type { Contract } from '../../contracts/contract.ts';
import type { Dialect } from '../../engines/dialect.ts';
import { quoted } from '../../engines/dialect.ts';
import type {
  CsvInput,
  ParquetInput,
  Plan,
  PlanOutput,
  PlanStep,
  WrittenFile,
} from '../../engines/engine.ts';
import { PLAY_COLUMNS } from '../../kpis/sources.ts';
import { judge, rawColumn } from './judge.ts';

export interface ValidationInput {
  readonly contract: Contract;
  readonly positions: ReadonlyMap<string, number>;
  readonly asOf: Date;
  readonly dialect: Dialect;
  /** As the scanner says: without, nothing needs to be trimmed. */
  readonly padded: boolean;
  /** What the scanner left, and how it must be read. */
  readonly csv: Omit<CsvInput, 'format' | 'columns' | 'rowColumn' | 'tallied'> & {
    readonly columnCount: number;
  };
  /** Where the verdicts go. */
  readonly verdictsPath: string;
}

/** Number of a record among the well-formed ones of its file, from 1. */
const ROW = 'row_number';

function csvInput({ csv: { columnCount, ...csv } }: ValidationInput): CsvInput {
  const columns = Array.from({ length: columnCount }, (_, position) => rawColumn(position));
  return { format: 'csv', ...csv, columns };
}

const judgedSource = (input: ValidationInput): Pick<Plan, 'inputs' | 'steps'> => ({
  inputs: { source: csvInput(input) },
  steps: judge(input),
});

/** With the number of each record. What fills a table or a file straight from it has one thread. */
const numberedSource = (input: ValidationInput, tallied = false): Pick<Plan, 'inputs' | 'steps'> => ({
  inputs: { source: { ...csvInput(input), rowColumn: ROW, tallied } },
  steps: judge({ ...input, carry: ROW }),
});

/** The number and the reason mask of every record that breaks a rule, ascending, as CSV lines. */
function verdicts(path: string, bad: string): { readonly step: PlanStep; readonly output: PlanOutput } {
  return {
    step: { name: 'verdicts', sql: `SELECT ${bad} ORDER BY 1` },
    output: { format: 'csv', from: 'verdicts', path },
  };
}

/** Valid rows of users or songs as one part; `summary`: blanked_<column>, if values of the dataset can be blanked. */
export function cataloguePlan(input: ValidationInput, partPath: string): Plan {
  const { contract } = input;
  const { inputs, steps } = judgedSource(input);
  const columns = contract.columns.map(({ name }) => quoted(name)).join(', ');
  const blanked = blankedColumns(contract).map((name) => `sum(${quoted(name)}) AS ${quoted(name)}`);
  // Two statements read the rows then: to judge them twice would take longer than to keep them.
  const summedUp = blanked.length > 0;
  const summary = `SELECT ${blanked.join(', ')} FROM rows_judged WHERE reason_mask = 0`;
  return {
    name: `validate_${contract.dataset}`,
    inputs,
    steps: [
      ...steps,
      { name: 'rows_judged', sql: 'SELECT * FROM judged', materialize: summedUp },
      { name: 'part_rows', sql: `SELECT ${columns} FROM rows_judged WHERE reason_mask = 0` },
      ...(summedUp ? [{ name: 'summary_rows', sql: summary }] : []),
    ],
    outputs: {
      parts: { format: 'parquet', from: 'part_rows', path: partPath },
      ...(summedUp ? { summary: { format: 'rows', from: 'summary_rows' } } : {}),
    },
  };
}

/** The verdicts on the bad rows of users or songs. Few deliveries have any, and to number all rows takes twice as long. */
export function catalogueVerdictsPlan(input: ValidationInput): Plan {
  const { inputs, steps } = numberedSource(input);
  const { step, output } = verdicts(
    input.verdictsPath,
    `${ROW}, reason_mask FROM judged WHERE reason_mask <> 0`,
  );
  return {
    name: `verdicts_of_${input.contract.dataset}`,
    inputs,
    steps: [...steps, step],
    outputs: { verdicts: output },
  };
}

/**
 * Reads the file once and sorts it out into two files, by whether rows are bad: distinct valid plays (user_id,
 * track_id, listen_time), and bad rows. No table is kept and nothing is counted, so that memory does not grow with the file.
 * How many rows were read is found among the bad ones, if the file is tallied.
 * @param share of the plays that are taken: those of some seconds, since equal plays are of the same one
 */
export function playsPlan(
  input: ValidationInput,
  path: string,
  share: { readonly pass: number; readonly passes: number },
): Plan {
  const taken =
    share.passes === 1
      ? ''
      : ` WHERE coalesce(CAST(EXTRACT(SECOND FROM listen_time) AS BIGINT), 0) % ${share.passes} = ${share.pass}`;
  const { inputs, steps } = numberedSource(input, isTallied(input));
  return {
    name: 'validate_streams',
    inputs,
    steps: [
      ...steps,
      {
        // Valid plays are told apart by what they are, bad rows by their number in the place of the user, without
        // a time: so one pass over the file gives both. Columns of their own would make it a fifth slower, and
        // a filter before it would make DuckDB judge every row again.
        name: 'rows_once',
        sql: `SELECT DISTINCT user_id, track_id, listen_time FROM (
            SELECT track_id, CASE WHEN reason_mask = 0 THEN listen_time END AS listen_time,
              CASE WHEN reason_mask = 0 THEN user_id
                ELSE CAST(${ROW} AS VARCHAR) || ' ' || CAST(reason_mask AS VARCHAR) END AS user_id
            FROM judged) r${taken}`,
      },
      {
        name: 'sorted_out',
        sql: 'SELECT *, listen_time IS NULL AS bad FROM rows_once',
      },
    ],
    outputs: {
      sorted_out: { format: 'parquet', from: 'sorted_out', path, splitBy: 'bad', rangeOf: 'listen_time' },
    },
  };
}

/** Whether the rows that were read are counted as they are read. Of one segment it would be a file and a plan more. */
export const isTallied = ({ csv }: ValidationInput): boolean => csv.segments.length > 1;

/** The files of `playsPlan`, of all passes. */
export interface SortedOut {
  readonly plays: readonly WrittenFile[];
  readonly bad: readonly WrittenFile[];
}

const parquet = (files: readonly WrittenFile[]): ParquetInput => ({
  format: 'parquet',
  paths: files.map(({ path }) => path),
  columns: PLAY_COLUMNS,
});

/** The verdicts on the bad rows of a file that was sorted out; `tally`: `read`, the rows of a file that was tallied. */
export function verdictsPlan({ bad }: SortedOut, path: string): Plan {
  const { step, output } = verdicts(path, `${ROW}, reason_mask FROM numbered WHERE ${ROW} > 0`);
  return {
    name: 'verdicts_of_plays',
    inputs: { bad: parquet(bad) },
    steps: [
      {
        name: 'numbered',
        sql: `SELECT CAST(split_part(user_id, ' ', 1) AS BIGINT) AS ${ROW},
          CAST(split_part(user_id, ' ', 2) AS BIGINT) AS reason_mask FROM bad`,
      },
      step,
      { name: 'tally', sql: `SELECT CAST(-sum(${ROW}) AS BIGINT) AS read FROM numbered WHERE ${ROW} <= 0` },
    ],
    outputs: { verdicts: output, tally: { format: 'rows', from: 'tally' } },
  };
}

/** `total`: how many rows the engine reads of a file. */
export function countPlan(input: ValidationInput): Plan {
  return {
    name: 'count_rows',
    inputs: { source: csvInput(input) },
    steps: [{ name: 'total', sql: 'SELECT count(*) AS total FROM source' }],
    outputs: { total: { format: 'rows', from: 'total' } },
  };
}

/** `dates`: the `date` of every play, ascending. */
export function datesPlan({ plays }: SortedOut): Plan {
  return {
    name: 'dates_of_plays',
    inputs: { plays: parquet(plays) },
    steps: [
      { name: 'dates', sql: 'SELECT DISTINCT CAST(listen_time AS DATE) AS date FROM plays ORDER BY date' },
    ],
    outputs: { dates: { format: 'rows', from: 'dates' } },
  };
}

/** The plays of several dates as one part for each. */
export function partsPlan({ plays }: SortedOut, path: string): Plan {
  return {
    name: 'plays_by_date',
    inputs: { plays: parquet(plays) },
    steps: [{ name: 'dated', sql: 'SELECT *, CAST(listen_time AS DATE) AS date FROM plays' }],
    outputs: { parts: { format: 'parquet', from: 'dated', path, partitionBy: 'date' } },
  };
}

export function blankedColumns(contract: Contract): readonly string[] {
  return contract.columns
    .filter((column) => !column.required && column.type !== 'text')
    .map((column) => `blanked_${column.name}`);
}
