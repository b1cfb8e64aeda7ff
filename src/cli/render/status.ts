import type { StatusReport } from '../../pipeline/reports.ts';
import { chartRows } from './chart-rows.ts';
import { shortTime } from './dates.ts';
import { count, counted, seconds } from './numbers.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import { tableLines } from './table.ts';

/** Where the lake stands, on one screen. */
export function renderStatus(report: StatusReport, style: Style): string {
  const sections = [overview(report, style), badRecords(report, style), runs(report, style)];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function overview(report: StatusReport, style: Style): string {
  const { paint } = style;
  const { files, dates, catalogue, plays } = report;
  const states = [
    ...(files.pending > 0 ? [paint.yellow(`${count(files.pending)} pending`)] : []),
    ...(files.processing > 0 ? [paint.yellow(`${count(files.processing)} processing`)] : []),
    paint.green(`${count(files.success)} success`),
    ...(files.failed > 0 ? [paint.red(`${count(files.failed)} failed`)] : []),
    ...(files.duplicate > 0 ? [`${count(files.duplicate)} duplicate`] : []),
  ];
  const behind = dates.behind === 0 ? 'none behind' : paint.yellow(`${count(dates.behind)} behind`);
  const unknown = [
    ...(plays.unknown_track > 0 ? [`${count(plays.unknown_track)} of unknown tracks`] : []),
    ...(plays.unknown_user > 0 ? [`${count(plays.unknown_user)} by unknown users`] : []),
  ];
  const facts = [
    ['play files', states.join(', ')],
    ['dates', `${count(dates.published)} published, ${behind}`],
    ['plays', [`${count(plays.valid)} counted`, ...unknown.map((text) => paint.yellow(text))].join(', ')],
    ['catalogue', `${counted(catalogue.songs, 'song')}, ${counted(catalogue.users, 'user')}`],
  ] as const;
  const lines = facts.map(([name, value]) => `  ${paint.dim(name.padEnd(12))}${value}`);
  return [`${paint.bold('Lake')} ${paint.cyan(printable(report.lake))}`, ...lines].join('\n');
}

function badRecords(report: StatusReport, style: Style): string {
  const reasons = Object.entries(report.bad_records).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (reasons.length === 0) return '';
  const values = reasons.map(([, number]) => number);
  const lines = chartRows(
    {
      left: [{ align: 'left', cells: reasons.map(([reason]) => printable(reason)) }],
      bar: { values, maximum: Math.max(...values), minWidth: 8, maxWidth: 40, paint: style.paint.red },
      right: [{ align: 'right', cells: values.map(count) }],
    },
    style,
  );
  return [style.paint.bold('Bad records by reason'), ...lines.rows].join('\n');
}

function runs(report: StatusReport, style: Style): string {
  if (report.runs.length === 0) return '';
  const number = (title: string, values: readonly number[]) => ({
    title,
    align: 'right' as const,
    cells: values.map(count),
  });
  const lines = tableLines(
    [
      { title: '  started (UTC)', cells: report.runs.map((run) => `  ${shortTime(run.started)}`) },
      { title: 'took', align: 'right', cells: report.runs.map((run) => seconds(run.seconds)) },
      number(
        'files',
        report.runs.map((run) => run.files),
      ),
      number(
        'rejected',
        report.runs.map((run) => run.rejected),
      ),
      number(
        'dates',
        report.runs.map((run) => run.dates),
      ),
      {
        title: 'run',
        cells: report.runs.map((run) => printable(run.run)),
        shrinksTo: 8,
        paint: style.paint.dim,
      },
    ],
    style,
  );
  return [style.paint.bold('Last runs'), ...lines].join('\n');
}
