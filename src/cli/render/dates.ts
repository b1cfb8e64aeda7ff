const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** Whether it is a day of the calendar, written `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

/** `Tuesday, 25 June 2024` */
export function longDate(date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  const [weekday, month] = [WEEKDAYS[day.getUTCDay()] ?? '', MONTHS[day.getUTCMonth()] ?? ''];
  return `${weekday}, ${day.getUTCDate()} ${month} ${day.getUTCFullYear()}`;
}

/** `2024-06-25 17:43` of an ISO time, in UTC. */
export function shortTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** `2024-06-25`, `2024-06-25..2024-06-27 (3)`, or nothing. */
export function dateRange(dates: readonly string[]): string {
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return '';
  return dates.length === 1 ? first : `${first}..${last} (${dates.length})`;
}

/** `2024-06-25..06-27`: the year once if it is the same, and no number of days. */
export function shortDateRange(dates: readonly string[]): string {
  const [first = '', last = first] = [dates[0], dates.at(-1)];
  if (first === last) return first;
  return `${first}..${last.startsWith(first.slice(0, 5)) ? last.slice(5) : last}`;
}
