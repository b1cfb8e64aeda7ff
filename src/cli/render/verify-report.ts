import type { VerifyFinding, VerifyReport } from '../../pipeline/verify/report.ts';
import { counted } from './numbers.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

/** What was verified, then each problem with its remedy beneath, then what is worth knowing. */
export function renderVerify(
  report: VerifyReport,
  lake: string,
  style: Style,
  copyable: (command: string) => string,
): string {
  const { paint, symbols } = style;
  const { log_entries, parts, dates, problems, notes, ok } = report;
  const scope = [
    counted(log_entries, 'log entry', 'log entries'),
    counted(parts, 'part'),
    counted(dates, 'date'),
  ].join(', ');
  const head = ok
    ? `${paint.green(symbols.done)} ${paint.bold('all is as the log says')}`
    : `${paint.red(symbols.failed)} ${paint.bold(counted(problems.length, 'problem'))}`;
  const lines = [
    `${head}  ${paint.dim(`(${scope}${report.tables_checked ? '' : '; tables not checked'})`)}`,
    ...problems.map((finding) => lineOf(finding, paint.red, style, copyable)),
    ...notes.map((finding) => lineOf(finding, paint.yellow, style, copyable)),
    ...(problems.length + notes.length === 0 ? [] : [paint.dim(`Paths are below ${printable(lake)}.`)]),
  ];
  return `${lines.join('\n\n')}\n`;
}

function lineOf(
  { kind, subject, message, remedy }: VerifyFinding,
  colour: (text: string) => string,
  { paint }: Style,
  copyable: (command: string) => string,
): string {
  const title = `${colour(kind)}  ${paint.bold(printable(subject))}`;
  const commands = printable(remedy).replaceAll(
    /`hitparade (\w+)`/g,
    (_, command: string) => `\`${copyable(command)}\``,
  );
  return [
    title,
    `  ${printable(message)}`,
    ...(remedy === '' ? [] : [`  ${paint.dim('mend:')} ${commands}`]),
  ].join('\n');
}
