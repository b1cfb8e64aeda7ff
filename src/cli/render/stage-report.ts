import type { StageReport } from '../../pipeline/hitparade.ts';
import { nameColumns, numberColumns, statusColumn, type StatusOf } from './file-columns.ts';
import { printable } from './printable.ts';
import { withRemarks } from './run-report.ts';
import type { Style } from './style.ts';

/** What one stage did. */
export function renderStage(report: StageReport, style: Style): string {
  const title = `${style.paint.bold(report.stage)} of run ${printable(report.run)}`;
  if (!report.worked) return `${title}: nothing to do\n`;
  const lines = [title, ...(report.files.length === 0 ? [] : fileLines(report, style))];
  if (report.pending.length > 0) lines.push(`waiting: ${report.pending.map(printable).join(', ')}`);
  if (report.dates.length > 0) lines.push(`dates: ${report.dates.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function fileLines({ stage, files }: StageReport, style: Style): readonly string[] {
  // Accepted by this stage, but the stages that publish are still to come.
  const statusOf: StatusOf = ({ status }) =>
    stage === 'validate_streams' && status === 'success' ? 'taken' : status;
  const columns = [
    ...nameColumns(files, style, statusOf),
    statusColumn(files, style, statusOf),
    ...numberColumns(files, style),
  ];
  return withRemarks(columns, files, style);
}
