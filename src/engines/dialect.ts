/** The few places where the engines' SQL differs. Every member returns an SQL expression. */
export interface Dialect {
  readonly name: string;
  /** BOOLEAN: the whole text matches a regular expression (RE2 and Java share the subset used). */
  readonly matches: (text: string, pattern: string) => string;
  /** TIMESTAMP minus a BIGINT of minutes. */
  readonly minusMinutes: (timestamp: string, minutes: string) => string;
  /**
   * Text without leading and trailing characters of the set, all of which are blanks or controls; NULL if
   * nothing is left.
   */
  readonly trim: (text: string, characters: string) => string;
}

/** A text as an SQL literal; only for texts that this program makes, never for data. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** An identifier in double quotes. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
