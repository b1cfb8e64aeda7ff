import type { Column, Contract } from '../../contracts/contract.ts';
import { reasonsOfColumn } from '../../contracts/reasons.ts';
import { type Dialect, literal, quoted } from '../../engines/dialect.ts';
import type { PlanStep, SqlType } from '../../engines/engine.ts';

/** How each type of column is stored in parts. */
export const STORED_TYPE: Readonly<Record<Column['type'], SqlType>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  decimal: 'DOUBLE',
  boolean: 'BOOLEAN',
  'date-or-time': 'TIMESTAMP',
  time: 'TIMESTAMP',
};

/** Name of the raw column at a 0-based position of the file. */
export const rawColumn = (position: number): string => `c${position}`;

const DATE = String.raw`\d{4}-\d{2}-\d{2}`;
const TIME =
  DATE + String.raw`[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-8])(:?[0-5]\d)?)?`;

const PATTERNS: Readonly<Record<Exclude<Column['type'], 'text'>, string>> = {
  // Digits with an optional minus, but not minus zero.
  integer: '0+|-?0*[1-9][0-9]*',
  decimal: String.raw`[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?`,
  boolean: '(?i)true|false|t|f|yes|no|1|0',
  'date-or-time': `${DATE}|${TIME}`,
  time: TIME,
};

/**
 * The steps that judge every record of `source` by a contract: `judged` has the contract's columns,
 * typed, plus `reason_mask` (BIGINT; bit n is the n-th of `rowReasons`, 0 is a valid row), plus
 * `blanked_<column>` (BIGINT 0 or 1) for optional values that could not be read, plus `carry`.
 * A function of the record, the contract and `asOf` alone.
 */
export function judge(options: {
  readonly contract: Contract;
  readonly positions: ReadonlyMap<string, number>;
  readonly asOf: Date;
  readonly dialect: Dialect;
  /** Values may have blanks around them. */
  readonly padded: boolean;
  /** A column of `source` to hand through. */
  readonly carry?: string;
}): readonly PlanStep[] {
  const { contract, positions, asOf, dialect, padded, carry } = options;
  const carried = carry === undefined ? [] : [quoted(carry)];
  const trimmed = contract.columns.map((column) => {
    const position = positions.get(column.name);
    const raw = position === undefined ? 'CAST(NULL AS VARCHAR)' : quoted(rawColumn(position));
    return `${padded ? dialect.trim(raw, ' \t\r\n') : raw} AS ${quoted(column.name)}`;
  });
  const read = contract.columns
    .filter(({ type }) => type === 'time')
    .map(({ name }) => `try_cast(${quoted(name)} AS TIMESTAMP) AS ${quoted(`read_${name}`)}`);
  const typed = contract.columns.flatMap((column) => [
    `${typedValue(column, dialect)} AS ${quoted(column.name)}`,
    `${quoted(column.name)} IS NOT NULL AS ${quoted(`has_${column.name}`)}`,
  ]);
  let bit = 0;
  const masks: string[] = [];
  for (const column of contract.columns) {
    const conditions = faults(column, asOf);
    for (const reason of reasonsOfColumn(column)) {
      masks.push(`CASE WHEN ${conditions[reason] ?? 'false'} THEN ${2 ** bit} ELSE 0 END`);
      bit += 1;
    }
  }
  const blanked = contract.columns
    .filter((column) => !column.required && column.type !== 'text')
    .map(
      ({ name }) =>
        `CASE WHEN ${quoted(`has_${name}`)} AND ${quoted(name)} IS NULL THEN 1 ELSE 0 END AS ${quoted(`blanked_${name}`)}`,
    );
  const names = contract.columns.map((column) => quoted(column.name));
  return [
    { name: 'trimmed', sql: `SELECT ${[...trimmed, ...carried].join(', ')} FROM source` },
    // Once, because an engine computes an expression again wherever it stands.
    { name: 'read', sql: `SELECT ${['*', ...read].join(', ')} FROM trimmed` },
    { name: 'typed', sql: `SELECT ${[...typed, ...carried].join(', ')} FROM read` },
    {
      name: 'judged',
      sql: `SELECT ${[...names, ...blanked, ...carried].join(', ')},
        CAST(${masks.join(' + ')} AS BIGINT) AS reason_mask FROM typed`,
    },
  ];
}

/** The stored value of a trimmed text, NULL if the text does not fit the column's grammar. */
function typedValue(column: Column, dialect: Dialect): string {
  const text = quoted(column.name);
  if (column.type === 'text') return text;
  const fits = dialect.matches(text, PATTERNS[column.type]);
  const usual = column.type === 'time' ? `${ifCanonical(text, quoted(`read_${column.name}`))} ` : '';
  return `CASE ${usual}WHEN ${fits} THEN ${converted(column.type, text, dialect)} END`;
}

/**
 * Nearly every time is written as engines write one, `YYYY-MM-DD hh:mm:ss`. If an engine makes the same text
 * of what it read, the text fits the grammar, and no pattern needs to be matched.
 */
function ifCanonical(text: string, time: string): string {
  return `WHEN CAST(${time} AS VARCHAR) = ${text} AND length(${text}) = 19 THEN ${time}`;
}

function converted(type: Exclude<Column['type'], 'text'>, text: string, dialect: Dialect): string {
  switch (type) {
    case 'integer':
      return `try_cast(${text} AS BIGINT)`;
    case 'decimal':
      return finite(`try_cast(${text} AS DOUBLE)`);
    case 'boolean':
      return `lower(${text}) IN ('true', 't', 'yes', '1')`;
    case 'date-or-time':
      return `CASE WHEN length(${text}) = 10 THEN try_cast(${text} AS TIMESTAMP) ELSE ${utc(text, dialect)} END`;
    case 'time':
      return utc(text, dialect);
  }
}

/** Engines read `1e309` as infinity, which no chart and no JSON can hold. */
const finite = (number: string): string =>
  `CASE WHEN abs(${number}) <= CAST('${Number.MAX_VALUE}' AS DOUBLE) THEN ${number} END`;

/** The first 19 characters are the local time; engines ignore an offset when they cast, so it is ours. */
function utc(text: string, dialect: Dialect): string {
  const local = `try_cast(substr(${text}, 1, 19) AS TIMESTAMP)`;
  // What follows them is a fraction and an offset, or neither: `+05:30`, `+0530`, `+05` and `Z` become four
  // digits with a sign or without. No pattern, because engines prepare one as often as it stands in a plan.
  const offset = `replace(replace(trim(LEADING '.0123456789' FROM substr(${text}, 20)), ':', ''), 'Z', '')`;
  const digits = `rpad(${offset}, 5, '0')`;
  const hours = `CAST(substr(${digits}, 1, 3) AS BIGINT)`;
  const minutes = `CAST(substr(${digits}, 1, 1) || substr(${digits}, 4, 2) AS BIGINT)`;
  return dialect.minusMinutes(local, `(${hours} * 60 + ${minutes})`);
}

/** For each reason of a column, the condition over `typed` under which a row has it. */
function faults(column: Column, asOf: Date): Readonly<Record<string, string>> {
  const value = quoted(column.name);
  const present = quoted(`has_${column.name}`);
  const conditions: Record<string, string> = {
    [`missing_${column.name}`]: `NOT ${present}`,
    [`invalid_${column.name}`]: `${present} AND ${value} IS NULL`,
  };
  if (column.type === 'integer') {
    const bounds = [
      column.min === undefined ? [] : [`${value} < ${column.min}`],
      column.max === undefined ? [] : [`${value} > ${column.max}`],
    ].flat();
    conditions[`${column.name}_out_of_range`] = bounds.length > 0 ? bounds.join(' OR ') : 'false';
  }
  if (column.type === 'time') {
    if (column.notBefore !== undefined) {
      conditions[`${column.name}_too_early`] =
        `${value} < TIMESTAMP ${literal(`${column.notBefore} 00:00:00`)}`;
    }
    if (column.maxDaysAhead !== undefined) {
      const latest = new Date(asOf.getTime() + column.maxDaysAhead * 86_400_000);
      const text = latest.toISOString().replace('T', ' ').replace('Z', '');
      conditions[`${column.name}_in_future`] = `${value} > TIMESTAMP ${literal(text)}`;
    }
  }
  return conditions;
}
