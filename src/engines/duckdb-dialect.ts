import { type Dialect, literal } from './dialect.ts';

export const duckdbDialect: Dialect = {
  name: 'duckdb',
  matches: (text, pattern) => `regexp_full_match(${text}, ${literal(pattern)})`,
  extract: (text, pattern, group) => `regexp_extract(${text}, ${literal(pattern)}, ${group})`,
  minusMinutes: (timestamp, minutes) => `${timestamp} - to_minutes(${minutes})`,
  trim: (text, characters) => `trim(${text}, ${literal(characters)})`,
};
