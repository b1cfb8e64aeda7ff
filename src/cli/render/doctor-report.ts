import type { DoctorReport } from '../../pipeline/doctor/report.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';

/** A line each; what is wrong, or worth a thought, with the remedy beneath. */
export function renderDoctor({ checks }: DoctorReport, { paint, symbols }: Style): string {
  const marks = Math.max(symbols.done.length, symbols.failed.length);
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, ok, found, remedy }) => {
    const mark = ok ? paint.green(symbols.done.padEnd(marks)) : paint.red(symbols.failed.padEnd(marks));
    const line = `${mark} ${paint.bold(name.padEnd(width))}  ${printable(found)}`;
    return remedy === '' ? line : `${line}\n    ${paint.yellow(printable(remedy))}`;
  });
  return `${lines.join('\n')}\n`;
}
