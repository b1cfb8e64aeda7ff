import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Engine } from '../../src/engines/engine.ts';
import { EngineMemoryError } from '../../src/engines/errors.ts';
import type { AcceptedEntry } from '../../src/lake/entry.ts';
import { acceptFile } from '../../src/stages/validate/accept-file.ts';
import { type Cuts, EACH_ROW, receiveIn } from '../support/segmented.ts';
import { stageContext } from '../support/stage-context.ts';

/** Of two dates and every second, each play twice, and a bad row of each kind of time. */
const ROWS = [
  ...['2024-06-25 10:00', '2024-06-26 10:00'].flatMap((minute) =>
    Array.from({ length: 60 }, (_, second) => `u,t,${minute}:${String(second).padStart(2, '0')}`),
  ),
  'u,t,never',
  'u,,2024-06-25 10:00:07',
];

/** Takes the rows with an engine that has memory only for plans that read a share of them. */
async function accept(
  dates: RegExp,
  fits: (share: number) => boolean,
  cuts: Cuts = {},
): Promise<AcceptedEntry> {
  const context = await stageContext();
  const key = 'raw/streams/file.csv';
  await mkdir(join(context.directory, 'raw/streams'), { recursive: true });
  const rows = [...ROWS, ...ROWS].filter((row) => dates.test(row) || !row.startsWith('u,t,2'));
  await writeFile(join(context.directory, key), ['user_id,track_id,listen_time', ...rows].join('\n'));
  const object = await context.lake.head(key);
  if (object === undefined) throw new Error(`${key} was not written`);
  const small: Engine = {
    name: context.engine.name,
    dialect: context.engine.dialect,
    prepare: (...args) => context.engine.prepare(...args),
    close: () => context.engine.close(),
    run: (plan, ...more) => {
      const share = /% (\d+) =/.exec(plan.steps.map(({ sql }) => sql).join(' '))?.[1] ?? '1';
      if (plan.name === 'validate_streams' && !fits(Number(share)))
        return Promise.reject(new EngineMemoryError('too small', undefined));
      return context.engine.run(plan, ...more);
    },
  };
  const tried = { ...context, engine: small, receive: receiveIn(cuts) };
  const { entry } = await acceptFile(tried, { dataset: 'streams', filename: 'file.csv', object }, 1);
  if (entry.kind !== 'accepted') throw new Error(JSON.stringify(entry));
  return entry;
}

test.each([
  ['one date', /06-25/, 60, {}],
  ['two dates', /06-2/, 120, {}],
  ['one date and many segments', /06-25/, 60, EACH_ROW],
])(
  'a file of %s that does not fit is read in passes, with the same result',
  async (_, dates, plays, cuts) => {
    const whole = await accept(dates, () => true, cuts);
    expect(whole.counts).toEqual({ rows: 2 * plays + 4, valid: 2 * plays, bad: 4, duplicates: plays });
    for (const least of [6, 60]) {
      const passes = await accept(dates, (share) => share >= least, cuts);
      expect(passes).toMatchObject({ counts: whole.counts, reasons: whole.reasons });
      const facts = ({ parts }: AcceptedEntry): unknown =>
        parts.map(({ date, rows }) => [date, rows]).toSorted();
      expect(facts(passes)).toEqual(facts(whole));
      expect(passes.badRecords.map(({ sha256 }) => sha256)).toContain(
        whole.badRecords.find((object) => object.key.endsWith('.jsonl'))?.sha256,
      );
    }
  },
);

test('a file of which not even a sixtieth fits is not taken, and not blamed', async () => {
  await expect(accept(/06-25/, () => false)).rejects.toThrow(EngineMemoryError);
});
