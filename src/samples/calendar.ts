const MS_PER_DAY = 86_400_000;

/** More is played towards the weekend; from Sunday on, as `Date` counts. */
const WEEKDAY_WEIGHTS = [104, 96, 97, 98, 100, 108, 112];

/** The date `days` after `start` (before it, if negative), as `YYYY-MM-DD`. */
export function dateAfter(start: string, days: number): string {
  return new Date(Date.parse(`${start}T00:00:00Z`) + days * MS_PER_DAY).toISOString().slice(0, 10);
}

/** Whether the text is a date of the calendar, written `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text);
}

/** How busy a date is, compared with others; about 100. */
export function weekdayWeight(date: string): number {
  return WEEKDAY_WEIGHTS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? 100;
}
