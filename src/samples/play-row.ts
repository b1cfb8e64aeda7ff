import type { Service } from './service.ts';
import { TRACK_ID_LENGTH } from './service.ts';

/** Longer than any row, the broken ones too. */
export const MAX_ROW_BYTES = 96;

const ZERO = 0x30;
const COMMA = 0x2c;
const COLON = 0x3a;
const NEWLINE = 0x0a;

/** The ASCII of 00 to 99, both characters in one number. */
const PAIRS = Uint16Array.from({ length: 100 }, (_, value) => {
  const tens = Math.floor(value / 10);
  return ((ZERO + tens) << 8) | (ZERO + value - tens * 10);
});

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** How many decimal digits a whole number from 1 to 9,999,999 has. */
function digits(value: number): number {
  if (value < 1000) return value < 10 ? 1 : value < 100 ? 2 : 3;
  return value < 10_000 ? 4 : value < 100_000 ? 5 : value < 1_000_000 ? 6 : 7;
}

/** Writes the plays of one date as rows of `user_id,track_id,listen_time`. */
export class PlayRowEncoder {
  private readonly trackIds: DataView;
  /** `,YYYY-MM-DD ` */
  private readonly datePrefix: DataView;

  constructor(service: Service, date: string) {
    this.trackIds = viewOf(service.trackIds);
    this.datePrefix = viewOf(Buffer.from(`,${date} `));
  }

  /**
   * Writes whole words instead of bytes: the same in any byte order, and three times as fast.
   * @returns where the next row begins
   */
  put(target: DataView, start: number, user: number, track: number, second: number): number {
    const { trackIds, datePrefix } = this;
    let at = start + digits(user);
    // From the last digit to the first: dividing by a constant is cheap.
    for (let rest = user, place = at - 1; place >= start; place--) {
      const tenth = (rest / 10) | 0;
      target.setUint8(place, ZERO + rest - tenth * 10);
      rest = tenth;
    }
    target.setUint8(at, COMMA);
    at += 1;
    const from = track * TRACK_ID_LENGTH;
    for (let word = 0; word < 20; word += 4) target.setInt32(at + word, trackIds.getInt32(from + word));
    target.setInt16(at + 20, trackIds.getInt16(from + 20));
    at += TRACK_ID_LENGTH;
    for (let word = 0; word < 12; word += 4) target.setInt32(at + word, datePrefix.getInt32(word));
    const minutes = (second / 60) | 0;
    const hours = (minutes / 60) | 0;
    target.setInt16(at + 12, PAIRS[hours] ?? 0);
    target.setUint8(at + 14, COLON);
    target.setInt16(at + 15, PAIRS[minutes - hours * 60] ?? 0);
    target.setUint8(at + 17, COLON);
    target.setInt16(at + 18, PAIRS[second - minutes * 60] ?? 0);
    target.setUint8(at + 20, NEWLINE);
    return at + 21;
  }
}
