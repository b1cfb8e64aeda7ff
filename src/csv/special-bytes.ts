export const LF = 0x0a;
export const CR = 0x0d;
/** Space and tab, the only blanks in an unquoted field, are at most this. */
const BLANK = 0x20;
export const QUOTE = 0x22;
/** Every byte that means something to CSV is at most this, and nearly all others are above it. */
export const COMMA = 0x2c;

/**
 * The first position from `pos` on whose byte is at most COMMA, or one of the last three, or `to`. Four bytes at
 * once make a scan of plays nearly three times as fast. Inside quotes they would not: text has too many blanks.
 */
export function nextSpecial(view: DataView, pos: number, to: number): number {
  for (const last = to - 4; pos <= last; pos += 4) {
    const word = view.getInt32(pos, true);
    // The highest bit of each byte below 0x2d, and perhaps of some after the first of these.
    const special = (word - 0x2d2d2d2d) & ~word & 0x80808080;
    if (special !== 0) return pos + ((31 - Math.clz32(special & -special)) >> 3);
  }
  return pos;
}

/** Whether a field begins or ends with a blank, or began before these bytes. */
export const isPadded = (bytes: Buffer, from: number, to: number): boolean =>
  from < to && ((bytes[from] ?? 0) <= BLANK || (bytes[to - 1] ?? 0) <= BLANK);
