import type { RunReport } from '../../pipeline/reports.ts';
import type { DemoDelivery } from '../../samples/demo.ts';
import type { ZoneContent } from '../demo/zones.ts';
import { bytes, count, seconds } from './numbers.ts';
import { fileLines } from './run-report.ts';
import type { Style } from './style.ts';
import { tableLines } from './table.ts';
import { wrap } from './wrap.ts';

export interface DemoStep {
  readonly number: number;
  readonly of: number;
  readonly delivery: Pick<DemoDelivery, 'title' | 'story'>;
  readonly report: RunReport;
}

/** One delivery: what came, and what the pipeline made of it. */
export function renderStep({ number, of, delivery, report }: DemoStep, style: Style): string {
  const { paint } = style;
  const files = [...report.catalogue, ...report.files];
  const published = report.dates.map((date) => date.date);
  const outcome =
    published.length === 0
      ? `No date changed. (${seconds(report.seconds)})`
      : `Published ${published.join(', ')}. (${seconds(report.seconds)})`;
  return [
    `${paint.cyan(`${number}/${of}`)} ${paint.bold(delivery.title)}`,
    ...wrap(delivery.story, style.width),
    '',
    ...(files.length === 0 ? [] : fileLines(files, style)),
    paint.green(outcome),
    '',
    '',
  ].join('\n');
}

export function renderZones(directory: string, zones: readonly ZoneContent[], style: Style): string {
  const lines = tableLines(
    [
      { title: `${directory}/`, cells: zones.map((zone) => `${zone.zone}/`), paint: style.paint.cyan },
      { title: 'files', align: 'right', cells: zones.map((zone) => count(zone.files)) },
      { title: 'size', align: 'right', cells: zones.map((zone) => bytes(zone.bytes)) },
      { title: '', cells: zones.map((zone) => zone.meaning), paint: style.paint.dim, shrinksTo: 10 },
    ],
    style,
  );
  return ['', style.paint.bold('What went where'), ...lines, '', ''].join('\n');
}

export function renderNext(
  copyable: (command: string) => string,
  date: string | undefined,
  style: Style,
): string {
  const commands = [
    copyable(`show daily-genre${date === undefined ? '' : ` --date ${date}`}`),
    copyable('show top-songs'),
    copyable('bad-records --limit 10'),
    copyable('files'),
    copyable('status'),
  ];
  return [style.paint.bold('Try next'), ...commands.map((command) => `  ${command}`), ''].join('\n');
}
