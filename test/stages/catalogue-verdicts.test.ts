import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acceptFile } from '../../src/stages/validate/accept-file.ts';
import { stageContext } from '../support/stage-context.ts';

const ROWS = 150_000;
const BAD = [1, 2, 50_000, 75_000, 75_001, 149_999, ROWS];

test('bad rows of a catalogue that several threads read side by side keep their numbers', async () => {
  const context = await stageContext();
  const key = 'raw/users/file.csv';
  await mkdir(join(context.directory, 'raw/users'), { recursive: true });
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const age = BAD.includes(i + 1) ? 'old' : 30;
    return `user-${i + 1},Somebody with a rather long name,${age},Ghana,2024-01-01 10:00:00\n`;
  });
  await writeFile(
    join(context.directory, key),
    `user_id,user_name,user_age,user_country,created_at\n${rows.join('')}`,
  );
  const object = await context.lake.head(key);
  if (object === undefined) throw new Error(`${key} was not written`);
  const { entry } = await acceptFile(context, { dataset: 'users', filename: 'file.csv', object }, 1);
  if (entry.kind !== 'accepted') throw new Error(JSON.stringify(entry));
  expect(entry.counts).toEqual({ rows: ROWS, valid: ROWS - BAD.length, bad: BAD.length, duplicates: 0 });
  const jsonl = entry.badRecords.find((object) => object.key.endsWith('.jsonl'));
  const text = await readFile(join(context.directory, jsonl?.key ?? ''), 'utf8');
  const found = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { record: number; line: number; raw: string });
  expect(found.map(({ record, line, raw }) => [record, line, raw.split(',')[0]])).toEqual(
    BAD.map((row) => [row, row + 1, `user-${row}`]),
  );
});
