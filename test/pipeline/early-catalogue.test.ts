import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { RealParts } from '../crash/real-parts.ts';
import { plays, songs } from '../support/test-lake.ts';

const DROPPED = new Date('2026-01-05T12:00:00Z');

test('a catalogue that does not change is numbered once in a run, and before the plays are judged', async () => {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  const context = await parts.context((_operation, _subject, work) => work(), systemPorts);
  const told: string[] = [];
  const { engine } = context;
  const telling: RunContext['engine'] = {
    name: engine.name,
    dialect: engine.dialect,
    run: (plan, ...rest) => {
      told.push(plan.name);
      return engine.run(plan, ...rest);
    },
    prepare: (base, ...rest) => {
      told.push(base.name);
      return engine.prepare(base, ...rest);
    },
    close: () => engine.close(),
  };
  const nextRun = async (): Promise<readonly string[]> => {
    told.length = 0;
    await run({ ...context, engine: telling });
    return told.filter((name) => name === 'catalogue' || name.startsWith('validate_'));
  };

  await parts.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop') }, DROPPED);
  await parts.drop({ dataset: 'streams', filename: '1.csv', text: plays('u a 10:00:00') }, DROPPED);
  const [numbered, ...judged] = (await nextRun()).toReversed();
  // Two small files are judged side by side.
  expect([numbered, ...judged.toSorted()]).toEqual(['catalogue', 'validate_songs', 'validate_streams']);

  await parts.drop({ dataset: 'streams', filename: '2.csv', text: plays('u a 11:00:00') }, DROPPED);
  expect(await nextRun()).toEqual(['catalogue', 'validate_streams']);
  expect(await nextRun()).toEqual([]);
});
