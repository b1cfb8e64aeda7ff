import type { DateReport, FileReport, RunReport } from '../../pipeline/reports.ts';
import { truncate } from './display-width.ts';
import { nameColumns, numberColumns } from './file-columns.ts';
import { count, counted, seconds } from './numbers.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import { tableLines, type TableColumn } from './table.ts';
import { wrap } from './wrap.ts';

/** What a person should think of when the last row of a file is cut. */
export const SUSPECT_TRUNCATED = 'the last row looks cut: was the upload complete?';

/** In columns. */
const LONGEST_KEY = 60;

/** What a run did: catalogue and play files, one line each, then the dates that it published. */
export function renderRun(report: RunReport, style: Style): string {
  const { paint } = style;
  if (report.files.length + report.catalogue.length + report.dates.length === 0) {
    return `Nothing to do: no new files, and every date is up to date. (${seconds(report.seconds)})\n`;
  }
  const sections = [
    ...section('Catalogue', report.catalogue, style),
    ...section('Play files', report.files, style),
    ...(report.dates.length === 0 ? [] : [publishedLines(report.dates, style)]),
    paint.dim(summary(report)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function section(title: string, files: readonly FileReport[], style: Style): readonly string[] {
  return files.length === 0 ? [] : [[style.paint.bold(title), ...fileLines(files, style)].join('\n')];
}

/** A header, one line a file, and beneath it why the file was rejected or left aside. */
export function fileLines(files: readonly FileReport[], style: Style): readonly string[] {
  return withRemarks([...nameColumns(files, style), ...numberColumns(files, style)], files, style);
}

/** @param columns one row a file */
export function withRemarks(
  columns: readonly TableColumn[],
  files: readonly FileReport[],
  style: Style,
): readonly string[] {
  const [header = '', ...rows] = tableLines(columns, style);
  return [header, ...files.flatMap((file, index) => [rows[index] ?? '', ...remarks(file, style)])];
}

function remarks(file: FileReport, { paint, width }: Style): readonly string[] {
  const errors =
    file.error === null ? [] : wrap(printable(file.error), width - 4).map((line) => paint.red(line));
  const same =
    file.duplicate_of === null ? [] : [paint.dim(`the same bytes as ${printable(file.duplicate_of)}`)];
  const cut = file.suspect_truncated ? [paint.yellow(SUSPECT_TRUNCATED)] : [];
  return [...errors, ...same, ...cut].map((line) => `    ${line}`);
}

function publishedLines(dates: readonly DateReport[], style: Style): string {
  const cells = (of: (report: DateReport) => number): readonly string[] =>
    dates.map((date) => count(of(date)));
  const rows = tableLines(
    [
      { title: 'date', cells: dates.map((date) => date.date), paint: style.paint.cyan },
      { title: 'plays', align: 'right', cells: cells((date) => date.plays) },
      { title: 'items written', align: 'right', cells: cells((date) => date.items.written) },
      { title: 'deleted', align: 'right', cells: cells((date) => date.items.deleted) },
      { title: 'unchanged', align: 'right', cells: cells((date) => date.items.unchanged) },
    ],
    style,
  );
  const skipped = dates.flatMap((date) => date.items.skipped);
  const warnings = skipped.map((item) => {
    // It is the key's length that DynamoDB may have refused.
    const key = truncate(printable(Object.values(item.key).join(', ')), LONGEST_KEY, style.symbols.ellipsis);
    return style.paint.yellow(`    not written to ${item.table}: ${key}: ${printable(item.reason)}`);
  });
  return [style.paint.bold('Published'), ...rows, ...warnings].join('\n');
}

function summary(report: RunReport): string {
  const taken = [...report.catalogue, ...report.files];
  const rows = taken.reduce((sum, file) => sum + file.rows, 0);
  const rejected = taken.filter((file) => file.status === 'failed').length;
  const parts = [
    counted(taken.length, 'file'),
    counted(rows, 'row'),
    ...(rejected > 0 ? [`${count(rejected)} rejected`] : []),
    `${counted(report.dates.length, 'date')} published`,
    seconds(report.seconds),
  ];
  return `${parts.join(', ')} (run ${printable(report.run)})`;
}

/** What to look at next, as commands that can be copied. */
export function nextSteps(report: RunReport, copyable: (command: string) => string): readonly string[] {
  const taken = [...report.catalogue, ...report.files];
  const newest = report.dates
    .map((date) => date.date)
    .sort()
    .at(-1);
  return [
    ...(newest === undefined
      ? []
      : [copyable(`show top-genres --date ${newest}`), copyable(`show top-songs --date ${newest}`)]),
    ...(taken.some((file) => file.bad > 0) ? [copyable('bad-records')] : []),
    ...(taken.some((file) => file.status === 'failed') ? [copyable('files')] : []),
  ];
}
