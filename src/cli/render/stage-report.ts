import type { StageReport } from '../../pipeline/hitparade.ts';
import { fileLines } from './run-report.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

/** What one stage did. */
export function renderStage(report: StageReport, style: Style): string {
  const title = `${style.paint.bold(report.stage)} of run ${printable(report.run)}`;
  if (!report.worked) return `${title}: nothing to do\n`;
  const lines = [title, ...(report.files.length === 0 ? [] : fileLines(report.files, style))];
  if (report.pending.length > 0) lines.push(`waiting: ${report.pending.map(printable).join(', ')}`);
  if (report.dates.length > 0) lines.push(`dates: ${report.dates.join(', ')}`);
  return `${lines.join('\n')}\n`;
}
