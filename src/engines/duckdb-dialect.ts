import { type Dialect, literal } from './dialect.ts';

export const duckdbDialect: Dialect = {
  name: 'duckdb',
  matches: (text, pattern) => `regexp_full_match(${text}, ${literal(pattern)})`,
  extract: (text, pattern, group) => `regexp_extract(${text}, ${literal(pattern)}, ${group})`,
  minusMinutes: (timestamp, minutes) => `${timestamp} - to_minutes(${minutes})`,
  // Nearly no value has blanks around it, and asking for its ends costs a fifth of trimming it.
  trim: (text, characters) =>
    `CASE WHEN ascii(${text}) > 32 AND ascii(right(${text}, 1)) > 32 THEN ${text}
      ELSE trim(${text}, ${literal(characters)}) END`,
};
