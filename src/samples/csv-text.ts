/** A field as RFC 4180 writes it: quoted only if it must be, quotes doubled. */
export function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Three digits behind the point, from thousandths: 7 is `0.007`. Keeps floats out of the data. */
export function thousandths(value: number): string {
  return `${Math.floor(value / 1000)}.${String(value % 1000).padStart(3, '0')}`;
}

const CHARACTERS_PER_CHUNK = 1 << 18;

/** Packs rows (without their line ends) into chunks of some hundred KB of UTF-8. */
export function* encodeRows(rows: Iterable<string>): Generator<Uint8Array> {
  let waiting: string[] = [];
  let characters = 0;
  for (const row of rows) {
    waiting.push(row, '\n');
    characters += row.length + 1;
    if (characters < CHARACTERS_PER_CHUNK) continue;
    yield Buffer.from(waiting.join(''));
    waiting = [];
    characters = 0;
  }
  if (characters > 0) yield Buffer.from(waiting.join(''));
}
