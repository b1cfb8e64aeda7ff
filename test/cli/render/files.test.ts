import { expect, test } from 'vitest';
import { displayWidth } from '../../../src/cli/render/display-width.ts';
import { renderFile } from '../../../src/cli/render/file-detail.ts';
import { renderFiles } from '../../../src/cli/render/file-list.ts';
import { renderRun } from '../../../src/cli/render/run-report.ts';
import { makeStyle } from '../../../src/cli/render/style.ts';
import { failedFile, runReport, successFile } from '../fake-hitparade.ts';

const LONG = 'plays-of-the-mobile-apps-in-western-europe-2024-06-25-part-0001-of-0016.csv';
const late = {
  ...successFile,
  filename: 'plays-2024-06-28.csv',
  duplicates: 12,
  dates: ['2024-06-24', '2024-06-25', '2024-06-28'],
};
const users = { ...successFile, dataset: 'users', filename: 'users.csv', dates: [] } as const;
const plain = (width: number) => makeStyle({ colour: false, width });

test('what is said elsewhere leaves a narrow list first, then dates get shorter; names stay whole', () => {
  const header = (width: number): string => renderFiles([late, users], plain(width)).split('\n')[0] ?? '';
  expect(header(160)).toMatch(
    /^ +file +status +dataset +rows +valid +bad +repeated +unknown +dates +processed \(UTC\)$/,
  );
  expect(header(110)).not.toContain('processed');
  expect(header(110)).toContain('dataset');
  expect(renderFiles([late, users], plain(80))).toBe(
    [
      '    file                    rows   valid  bad  unknown  dates',
      'ok  plays-2024-06-28.csv  11,346  11,340    6       12  2024-06-24..06-28',
      'ok  users.csv             11,346  11,340    6       12',
      '2 files',
      '',
    ].join('\n'),
  );
});

test('a name that finds no room stands alone, with the rest of its row beneath', () => {
  expect(renderFiles([late, { ...late, filename: LONG }, failedFile], plain(80))).toBe(
    [
      '    file                    rows   valid  bad  unknown  dates',
      'ok  plays-2024-06-28.csv  11,346  11,340    6       12  2024-06-24..06-28',
      `ok  ${LONG}`,
      '                          11,346  11,340    6       12  2024-06-24..06-28',
      'x   broken.csv                 0',
      '3 files',
      '',
    ].join('\n'),
  );
});

test.each([60, 80, 120])('but for names, lists keep within %i columns', (width) => {
  for (const colour of [false, true]) {
    const style = makeStyle({ colour, width });
    const files = [late, { ...late, filename: LONG }, users, failedFile];
    const lines = [renderFiles(files, style), renderRun({ ...runReport, files }, style)]
      .flatMap((text) => style.paint.strip(text).split('\n'))
      .filter((line) => !line.endsWith(LONG) && !line.includes(' (run '));
    for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
  }
});

test('the key of an item that DynamoDB refused is cut', () => {
  const skipped = [
    { table: 'DailyGenreKPIs', key: { date: '2024-06-25', genre: 'g'.repeat(3000) }, reason: 'too long' },
  ];
  const dates = runReport.dates.map((date) => ({ ...date, items: { ...date.items, skipped } }));
  const text = renderRun({ ...runReport, dates }, plain(80));
  expect(text).toMatch(/not written to DailyGenreKPIs: 2024-06-25, g+~: too long/);
  expect(text.length).toBeLessThan(1000);
});

test('a file that may be only a part is marked in the report of a run and in its own', () => {
  const cut = { ...successFile, suspect_truncated: true };
  const report = renderRun({ ...runReport, files: [cut, late] }, plain(80));
  expect(report.match(/the last row looks cut/g)).toHaveLength(1);
  expect(renderFile(cut, plain(80))).toMatch(/truncated\? +the last row looks cut/);
  expect(renderFile(late, plain(80))).not.toContain('truncated?');
});
