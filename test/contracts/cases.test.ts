import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { DATASETS } from '../../src/contracts/contract.ts';
import { contracts } from '../../src/contracts/index.ts';
import { rawKey } from '../../src/lake/zones.ts';
import { acceptFile } from '../../src/stages/validate/accept-file.ts';
import { STORED_TYPE } from '../../src/stages/validate/judge.ts';
import { stageContext } from '../support/stage-context.ts';

/** One rule a file: what came, and what must become of it. */
const caseSchema = z.strictObject({
  rule: z.string(),
  dataset: z.enum(DATASETS),
  /** Lines, ended by LF; `csv` is the text itself. */
  lines: z.array(z.string()).optional(),
  csv: z.string().optional(),
  modified: z.string().default('2024-07-01T00:00:00Z'),
  expect: z.union([
    z.strictObject({
      rows: z.number(),
      valid: z.number(),
      duplicates: z.number().default(0),
      reasons: z.record(z.string(), z.number()).default({}),
      blanked: z.record(z.string(), z.number()).default({}),
      ignored: z.array(z.string()).default([]),
      /** Some columns of the valid rows, as text, in the order of the first of them. */
      stored: z.array(z.record(z.string(), z.string().nullable())).optional(),
      bad: z
        .array(
          z.strictObject({
            line: z.number(),
            byte: z.number(),
            reasons: z.array(z.string()),
            raw: z.string(),
          }),
        )
        .optional(),
    }),
    z.strictObject({ rejected: z.string(), says: z.array(z.string()) }),
  ]),
});

const directory = join(import.meta.dirname, 'cases');
const cases = readdirSync(directory).map((file) =>
  caseSchema.parse(parseYaml(readFileSync(join(directory, file), 'utf8'))),
);

test.each(cases)('$rule', async ({ dataset, lines, csv, modified, expect: expected }) => {
  const context = await stageContext();
  const key = rawKey(dataset, 'file.csv');
  const path = join(context.directory, key);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, csv ?? (lines ?? []).map((line) => `${line}\n`).join(''));
  await utimes(path, new Date(modified), new Date(modified));
  const object = await context.lake.head(key);
  if (object === undefined) throw new Error(`${key} was not written`);

  const { entry } = await acceptFile(context, { dataset, filename: 'file.csv', object }, 1);

  if ('rejected' in expected) {
    if (entry.kind !== 'rejected') throw new Error(`the file was ${entry.kind}`);
    expect(entry.error.code).toBe(expected.rejected);
    for (const words of expected.says)
      expect(`${entry.error.message} ${entry.error.hint ?? ''}`).toContain(words);
    return;
  }
  if (entry.kind !== 'accepted') throw new Error(JSON.stringify(entry));
  const { rows, valid, duplicates } = expected;
  expect(entry.counts).toEqual({ rows, valid, bad: rows - valid, duplicates });
  expect(entry.reasons).toEqual(expected.reasons);
  expect(entry.blanked).toEqual(expected.blanked);
  expect(entry.ignoredColumns).toEqual(expected.ignored);

  if (expected.bad !== undefined) {
    const jsonl = entry.badRecords.find((object) => object.key.endsWith('.jsonl'));
    const text = await readFile(join(context.directory, jsonl?.key ?? ''), 'utf8');
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ line, byte, reasons, raw }) => ({ line, byte, reasons, raw }))).toEqual(
      expected.bad,
    );
  }
  if (expected.stored !== undefined) {
    const [first] = expected.stored;
    const selected = Object.keys(first ?? {});
    const columns = Object.fromEntries(
      contracts[dataset].columns.map(({ name, type }) => [name, STORED_TYPE[type]]),
    );
    const { rows } = await context.engine.run({
      name: 'stored',
      inputs: {
        part: {
          format: 'parquet',
          columns,
          paths: await context.lake.engineInputs(entry.parts.map((part) => part.key)),
        },
      },
      steps: [
        {
          name: 'stored',
          sql: `SELECT ${selected.map((column) => `CAST("${column}" AS VARCHAR) AS "${column}"`).join(', ')}
            FROM part ORDER BY ${selected.map((column) => `"${column}"`).join(', ')}`,
        },
      ],
      outputs: { stored: { format: 'rows', from: 'stored' } },
    });
    expect(rows['stored']).toEqual(expected.stored);
  }
});
