import { InvalidArgumentError } from 'commander';
import { UsageError } from '../errors.ts';
import { isDate } from './render/dates.ts';

/** `1000`, or `1_000_000` for the eyes. */
export function parseCount(text: string): number {
  const number = Number(text.replaceAll('_', ''));
  if (/^\d[\d_]*$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('Allowed: a whole number, such as 1000 or 1_000_000.');
}

export function parseShare(text: string): number {
  const number = Number(text);
  if (/^\d*\.?\d+$/.test(text) && number <= 1) return number;
  throw new InvalidArgumentError('Allowed: a share from 0 to 1, such as 0.02.');
}

export function parsePort(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError('Allowed: a port from 0 to 65535.');
}

/** @throws UsageError naming the option */
export function requireDate(option: string, text: string): string {
  if (isDate(text)) return text;
  throw new UsageError(`${option} is '${text}'; allowed: a day of the calendar, written YYYY-MM-DD`);
}
