import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { BadRecord } from '../../src/pipeline/reports.ts';
import { fakeHitparade } from '../cli/fake-hitparade.ts';
import { invoke, temporaryDirectory } from '../cli/invoke.ts';

/** With which a spreadsheet takes a cell for a formula, a command or a link to another program. */
const TRIGGERS = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '\uff1d', '\uff0b', '\uff0d', '\uff20'];
const FORMULAS = ['cmd|" /C calc"!A0', 'SUM(1,2)', 'HYPERLINK("http://x")', '', '"', '=', "'"];

const record = (text: string): BadRecord => ({
  dataset: 'streams',
  file: `${text}.csv`,
  hash: 'ab'.repeat(32),
  record: 1,
  line: 2,
  byte: 29,
  reasons: ['missing_user_id'],
  raw: text,
});

async function* listOf(records: readonly BadRecord[]): AsyncGenerator<BadRecord> {
  for (const each of records) yield await Promise.resolve(each);
}

test('no cell of an exported CSV file begins like a formula, and nothing else is changed', async () => {
  const cwd = await temporaryDirectory();
  const texts = TRIGGERS.flatMap((trigger) => FORMULAS.map((formula) => trigger + formula));
  const fake = fakeHitparade({ badRecords: () => listOf(texts.map(record)) });
  const argv = ['bad-records', '--lake', '.', '--export', 'bad.csv'];
  expect(await invoke(argv, { cwd, fake })).toMatchObject({ code: 0 });
  const rows: string[][] = parse(await readFile(join(cwd, 'bad.csv')), { record_delimiter: '\r\n' });
  expect(rows.flat().filter((cell) => TRIGGERS.includes(cell.charAt(0)))).toEqual([]);
  expect(rows.slice(1)).toEqual(
    texts.map((text) => [`'${text}.csv`, '2', '29', 'missing_user_id', `'${text}`]),
  );
});

test('JSON Lines are exported as they are', async () => {
  const cwd = await temporaryDirectory();
  const records = TRIGGERS.map(record);
  const fake = fakeHitparade({ badRecords: () => listOf(records) });
  await invoke(['bad-records', '--lake', '.', '--export', 'bad.jsonl'], { cwd, fake });
  const lines = (await readFile(join(cwd, 'bad.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(records);
});
