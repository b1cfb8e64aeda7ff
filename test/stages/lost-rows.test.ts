import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/engines/engine.ts';
import { InvariantError } from '../../src/errors.ts';
import { acceptFile } from '../../src/stages/validate/accept-file.ts';
import { type Cuts, EACH_ROW, receiveIn } from '../support/segmented.ts';
import { stageContext } from '../support/stage-context.ts';

const HEADERS = {
  streams: 'user_id,track_id,listen_time',
  users: 'user_id,user_name,user_age,user_country,created_at',
};
const PLAYS = ['u1,t1', 'u2,t1', 'u2,t1', 'u3,t1'].map((play) => `${play},2024-06-25 10:00:00\n`);
const USERS = ['u1', 'u2', 'u3'].map((user) => `${user},Name,30,Ghana,2024-01-01\n`);

async function accept(
  dataset: 'streams' | 'users',
  rows: readonly string[],
  afterwards: (segment: string) => string,
  cuts: Cuts = {},
  changed = (plan: Plan): Plan => plan,
): ReturnType<typeof acceptFile> {
  const context = await stageContext();
  const { engine } = context;
  const key = `raw/${dataset}/file.csv`;
  await mkdir(join(context.directory, 'raw', dataset), { recursive: true });
  await writeFile(join(context.directory, key), `${HEADERS[dataset]}\n${rows.join('')}`);
  const object = await context.lake.head(key);
  if (object === undefined) throw new Error(`${key} was not written`);
  const tampered: typeof context = {
    ...context,
    receive: receiveIn(cuts, afterwards),
    engine: {
      name: engine.name,
      dialect: engine.dialect,
      run: (plan, ...more) => engine.run(changed(plan), ...more),
      prepare: (...args) => engine.prepare(...args),
      close: () => engine.close(),
    },
  };
  return acceptFile(tampered, { dataset, filename: 'file.csv', object }, 1);
}

test.each([
  ['one segment', {}],
  ['a segment for each row', EACH_ROW],
])(
  'in %s, a row that is lost before the engine reads it does not pass for a repeated play',
  async (_, cuts) => {
    const { entry } = await accept('streams', PLAYS, (segment) => segment, cuts);
    expect(entry).toMatchObject({ counts: { rows: 4, valid: 4, bad: 0, duplicates: 1 } });
    for (const lost of PLAYS) {
      const accepted = accept('streams', PLAYS, (segment) => segment.replace(lost, ''), cuts);
      await expect(accepted).rejects.toThrow(InvariantError);
    }
  },
);

test('what tells how many rows were read is no bad record', async () => {
  const rows = [...PLAYS, 'u4,t1,noon\n', 'u5,t1,noon\n'];
  const { entry } = await accept('streams', rows, (segment) => segment, EACH_ROW);
  const reasons = { invalid_listen_time: 2 };
  expect(entry).toMatchObject({ counts: { rows: 6, valid: 4, bad: 2, duplicates: 1 }, reasons });
});

test('a file is not taken if nothing tells how many rows were read', async () => {
  const untallied = (plan: Plan): Plan => ({
    ...plan,
    inputs: Object.fromEntries(
      Object.entries(plan.inputs).map(([name, input]) => [
        name,
        'tallied' in input ? { ...input, tallied: false } : input,
      ]),
    ),
  });
  for (const rows of [PLAYS, [...PLAYS, 'u4,t1,noon\n']]) {
    const accepted = accept('streams', rows, (segment) => segment, EACH_ROW, untallied);
    await expect(accepted).rejects.toThrow(InvariantError);
  }
});

test('a row of a catalogue that is lost or comes from nowhere is noticed', async () => {
  const { entry } = await accept('users', USERS, (segment) => segment);
  expect(entry).toMatchObject({ counts: { rows: 3, valid: 3, bad: 0 } });
  const lost = accept('users', USERS, (segment) => segment.replace(USERS[1] ?? '', ''));
  await expect(lost).rejects.toThrow(InvariantError);
  const more = accept('users', USERS, (segment) => segment + segment);
  await expect(more).rejects.toThrow(InvariantError);
});
