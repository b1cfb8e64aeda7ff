import type { FileReport } from '../../pipeline/reports.ts';
import { statusMark, paintStatus } from './file-columns.ts';
import { shortTime } from './dates.ts';
import { bytes, count, counted } from './numbers.ts';
import { printable } from './printable.ts';
import { SUSPECT_TRUNCATED } from './run-report.ts';
import type { Style } from './style.ts';

/** Everything known about one file. */
export function renderFile(file: FileReport, style: Style): string {
  const { paint } = style;
  const status = paintStatus(file.status, `${statusMark(file.status, style)} ${file.status}`, style);
  const listed = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, number]) => `${printable(name)} (${count(number)})`)
      .join(', ');
  const facts: readonly (readonly [string, string])[] = [
    ['status', status],
    ['error', file.error === null ? '' : paint.red(printable(file.error))],
    ['same as', file.duplicate_of === null ? '' : printable(file.duplicate_of)],
    ['dataset', file.dataset],
    ['processed', file.processed_on === null ? 'not yet' : `${shortTime(file.processed_on)} UTC`],
    ['lies in', file.location === null ? '' : printable(file.location)],
    ['size', bytes(file.bytes)],
    ['rows', rowsOf(file)],
    ['bad rows', listed(file.reasons)],
    ['truncated?', file.suspect_truncated ? paint.yellow(SUSPECT_TRUNCATED) : ''],
    [
      'repeated',
      file.duplicates === 0
        ? ''
        : `${counted(file.duplicates, 'play')} delivered more than once, counted once`,
    ],
    ['unknown', unknowns(file)],
    ['left empty', listed(file.blanked)],
    ['ignored', file.ignored_columns.map(printable).join(', ')],
    ['dates', file.dates.join(', ')],
    ['log entry', file.log_number === null ? '' : String(file.log_number)],
    ['sha256', file.hash ?? ''],
  ];
  const lines = facts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `  ${paint.dim(name.padEnd(11))}${value}`);
  return `${[paint.bold(printable(file.filename)), ...lines].join('\n')}\n`;
}

/** A file that was set aside as a whole has no rows worth telling. */
function rowsOf(file: FileReport): string {
  if (file.rows === 0 && file.status !== 'success') return '';
  return `${count(file.rows)}: ${count(file.valid)} valid, ${count(file.bad)} bad`;
}

function unknowns({ unknown_track: tracks, unknown_user: users }: FileReport): string {
  const ofTracks = counted(tracks, 'play of a track', 'plays of tracks');
  const byUsers = counted(users, 'play by a user', 'plays by users');
  return [
    ...(tracks === 0 ? [] : [`${ofTracks} that the catalogue does not know`]),
    ...(users === 0 ? [] : [`${byUsers} that it does not know`]),
  ].join(', ');
}
