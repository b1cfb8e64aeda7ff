export interface CsvRecord {
  readonly fields: readonly string[];
  /** A quote where RFC 4180 has no place for one; from there on the record counts as unquoted. */
  readonly malformedQuote: boolean;
  readonly nul: boolean;
}

export interface CsvText {
  readonly records: readonly CsvRecord[];
  /** The last record began a quoted field and never ended it; it is not among the records. */
  readonly unterminatedQuote: boolean;
}

/**
 * Records of a CSV text, one character at a time. A record ends at LF, CRLF or CR outside quotes, or
 * with the text; a line of no characters is none. A byte order mark at the start is skipped.
 */
export function readCsv(text: string): CsvText {
  const records: CsvRecord[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  while (at < text.length) {
    if (isLineEnd(text.charAt(at))) {
      at += 1;
      continue;
    }
    const fields: string[] = [];
    let field = '';
    let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
    let malformedQuote = false;
    let nul = false;
    for (; at < text.length; at++) {
      const char = text.charAt(at);
      if (char === '\0') nul = true;
      if (state === 'quoted') {
        if (char !== '"') field += char;
        else if (text.charAt(at + 1) === '"') {
          field += '"';
          at += 1;
        } else state = 'closed';
        continue;
      }
      if (isLineEnd(char)) break;
      if (char === ',') {
        fields.push(field);
        field = '';
        state = 'start';
      } else if (char === '"' && state === 'start' && !malformedQuote) {
        state = 'quoted';
      } else {
        if (char === '"' || state === 'closed') malformedQuote = true;
        field += char;
        state = 'plain';
      }
    }
    if (state === 'quoted') return { records, unterminatedQuote: true };
    records.push({ fields: [...fields, field], malformedQuote, nul });
  }
  return { records, unterminatedQuote: false };
}

/** CRLF needs no care: the line between CR and LF has no characters. */
const isLineEnd = (char: string): boolean => char === '\n' || char === '\r';
