/** Without the blanks around it; `undefined` if nothing is left. */
export function trimmed(text: string): string | undefined {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charAt(from))) from += 1;
  while (to > from && isBlank(text.charAt(to - 1))) to -= 1;
  return from === to ? undefined : text.slice(from, to);
}

const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\r' || char === '\n';

/** Decimal digits with an optional minus, within 64 bits; minus zero is none. */
export function integerOf(text: string): bigint | undefined {
  if (!/^-?[0-9]+$/.test(text) || /^-0+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined;
}

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const TIME =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?(?:Z|([+-])([0-9]{2})(?::?([0-9]{2}))?)?$/;

/** Days since 1970-01-01, `undefined` if the calendar has no such day. */
export function dayOf(text: string): number | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // A day that the calendar does not have comes out as another one.
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isReal ? date.getTime() / 86_400_000 : undefined;
}

/** Seconds since 1970 in UTC, the fraction cut; `undefined` if the text is no time. */
export function secondOf(text: string): number | undefined {
  const [, date = '', hour, minute, second, sign, offsetHours = '00', offsetMinutes = '00'] =
    TIME.exec(text) ?? [];
  const day = dayOf(date);
  if (day === undefined) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(offsetHours) > 18 || Number(offsetMinutes) > 59) return undefined;
  const local = day * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const offset = Number(offsetHours) * 3600 + Number(offsetMinutes) * 60;
  return sign === '-' ? local + offset : local - offset;
}

/** `YYYY-MM-DD` in UTC. */
export const dateOf = (second: number): string => new Date(second * 1000).toISOString().slice(0, 10);
