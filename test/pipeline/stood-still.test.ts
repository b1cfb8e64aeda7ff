import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { rawKey } from '../../src/lake/zones.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import type { SourceFile, Turn } from '../../src/stages/context.ts';
import { type Acceptance, acceptFile } from '../../src/stages/validate/accept-file.ts';
import { ContendedError } from '../../src/stages/validate/errors.ts';
import { RealParts } from '../crash/real-parts.ts';
import { plays, songs } from '../support/test-lake.ts';

const DROPPED = new Date('2026-01-05T12:00:00Z');
const SONGS = [songs('a pop'), songs('a rock'), songs('a jazz')];
const PLAYS = [plays('u a 10:00:00'), plays('u a 11:00:00'), plays('u a 12:00:00')];

test.each([
  ['a version of a catalogue', 'songs', 'append', SONGS],
  ['a file under the policy to replace', 'streams', 'replace', PLAYS],
] as const)(
  '%s that was read before others took it and a newer one is not put over the newer one',
  async (_, dataset, onSameName, [first, second, third]) => {
    const parts = await RealParts.open();
    onTestFinished(() => parts.close());
    const context = { ...(await parts.context((_o, _s, work) => work(), systemPorts)), onSameName };
    const other = { ...(await parts.context((_o, _s, work) => work(), systemPorts)), onSameName };
    const dropped = async (text = ''): Promise<SourceFile> => {
      const filename = 'same.csv';
      await parts.drop({ dataset, filename, text }, DROPPED);
      const object = await context.lake.head(rawKey(dataset, filename));
      if (object === undefined) throw new Error('nothing was dropped');
      return { dataset, filename, object };
    };
    const take = async (by: RunContext, file: SourceFile): Promise<Acceptance> => {
      await by.log.catchUp();
      return acceptFile(by, file, 1);
    };
    await take(context, await dropped(first));

    const file = await dropped(second);
    const meanwhile = async (): Promise<void> => {
      await take(other, file);
      await take(other, await dropped(third));
    };
    const slow = { ...context, turn: standingStill(meanwhile) };
    await expect(take(slow, file)).rejects.toThrow(ContendedError);
    expect(await readdir(join(parts.directory, '_staging'))).toEqual([]);

    const { state } = context.log;
    expect(state.head).toBe(3);
    expect(state.activeDeliveries(dataset, 'same.csv').map(({ n }) => n)).toEqual([3]);
  },
);

const standingStill = (meanwhile: () => Promise<void>): Turn => ({
  toJudge: () => Promise.resolve(),
  judged: () => undefined,
  toCommit: meanwhile,
  committed: () => undefined,
});
