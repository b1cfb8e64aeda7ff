import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { RealParts } from '../crash/real-parts.ts';
import { plays, songs } from '../support/test-lake.ts';

const DROPPED = new Date('2026-01-05T12:00:00Z');

test('a new catalogue is numbered while the last file is committed', async () => {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  const context = await parts.context((_operation, _subject, work) => work(), systemPorts);
  await parts.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop') }, DROPPED);
  // Large enough to be judged when the songs are in the log; and with a bad row.
  const rows = plays('u a 10:00:00', 'u a never');
  await parts.drop({ dataset: 'streams', filename: '1.csv', text: rows }, DROPPED);
  const { engine } = context;
  let numbered = 0;
  let begins = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begins = resolve));
  const { files } = await run({
    ...context,
    limits: { ...context.limits, smallFileBytes: 0 },
    engine: {
      name: engine.name,
      dialect: engine.dialect,
      run: async (plan, ...rest) => {
        // Were it numbered only when it is needed, this would wait for ever.
        if (plan.name === 'bad_records') await begun;
        return engine.run(plan, ...rest);
      },
      prepare: (base, ...rest) => {
        numbered += 1;
        begins();
        return engine.prepare(base, ...rest);
      },
      close: () => engine.close(),
    },
  });
  expect(files).toMatchObject([{ filename: '1.csv', status: 'success', valid: 1, bad: 1 }]);
  expect(numbered).toBe(1);
});

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
