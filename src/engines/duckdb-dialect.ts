import { type Dialect, literal } from './dialect.ts';

export const duckdbDialect: Dialect = {
  name: 'duckdb',
  matches: (text, pattern) => `regexp_full_match(${text}, ${literal(pattern)})`,
  minusMinutes: (timestamp, minutes) => `${timestamp} - to_minutes(${minutes})`,
  // Nearly no value has blanks around it, and looking at its ends costs a tenth of trimming it.
  trim: (text, characters) => {
    const ends = Array.from(characters, (character) => `suffix(${text}, ${literal(character)})`);
    return `CASE WHEN ${text} > '!' AND NOT (${ends.join(' OR ')}) THEN ${text}
      ELSE nullif(trim(${text}, ${literal(characters)}), '') END`;
  },
};
