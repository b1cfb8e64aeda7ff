import { expect, onTestFinished, test } from 'vitest';
import type { PlanRunner } from '../../src/engines/engine.ts';
import { readPublications } from '../../src/lake/publication.ts';
import { run } from '../../src/pipeline/run.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { TablesUnavailableError } from '../../src/tables/errors.ts';
import { type Gate, RealParts } from '../crash/real-parts.ts';
import { plays, songs } from '../support/test-lake.ts';

const DATES = ['2024-06-24', '2024-06-25', '2024-06-26'];

/** A lake with plays of three dates, each of which takes a plan of its own. */
async function threeDates(gate: Gate = (_operation, _subject, work) => work()): Promise<RunContext> {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  const dropped = new Date('2026-01-05T12:00:00Z');
  await parts.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop') }, dropped);
  for (const date of DATES)
    await parts.drop(
      { dataset: 'streams', filename: `${date}.csv`, text: plays(`u a ${date} 10:00:00`) },
      dropped,
    );
  const context = await parts.context(gate, systemPorts);
  return { ...context, limits: { ...context.limits, playsPerTransform: 1 } };
}

test('a date is loaded into the tables while a later one is computed', async () => {
  const context = await threeDates();
  const { engine } = context;
  let firstIsLoaded = (): void => undefined;
  const loaded = new Promise<void>((resolve) => (firstIsLoaded = resolve));
  let computed = 0;
  const waiting = (runner: PlanRunner): PlanRunner => ({
    run: async (plan, ...rest) => {
      // Were dates loaded only when all are computed, this would wait for ever.
      if (plan.name === 'transform_data' && (computed += 1) === DATES.length) await loaded;
      return runner.run(plan, ...rest);
    },
    close: () => runner.close(),
  });
  const { dates } = await run({
    ...context,
    observe: (event) => {
      if (event.type === 'progress' && event.stage === 'load_to_dynamodb' && event.subject === DATES[0])
        firstIsLoaded();
    },
    engine: {
      name: engine.name,
      dialect: engine.dialect,
      run: (plan, ...rest) => engine.run(plan, ...rest),
      prepare: async (base, ...rest) => waiting(await engine.prepare(base, ...rest)),
      close: () => engine.close(),
    },
  });
  expect(computed).toBe(DATES.length);
  // Each is loaded once, and told once.
  expect(dates.map(({ date, items: { written } }) => [date, written])).toEqual(
    DATES.map((date) => [date, 3]),
  );
});

test('a date that cannot be loaded keeps no other from being computed, and the next run loads all', async () => {
  let refused = 0;
  const context = await threeDates((operation, _subject, work) => {
    if (operation !== 'TransactWriteItemsCommand' || refused > 0) return work();
    refused += 1;
    return Promise.reject(new TablesUnavailableError('tables', 'unreachable', { cause: 'refused' }));
  });
  await expect(run(context)).rejects.toThrow(TablesUnavailableError);
  expect(refused).toBe(1);
  const publications = await readPublications(context.lake);
  expect([...publications.keys()]).toEqual(DATES);
  expect([...publications.values()].map(({ next, loaded_on }) => next ?? loaded_on)).toEqual(
    DATES.map(() => null),
  );
  const { dates } = await run(context);
  expect(dates.map(({ date, items: { written } }) => [date, written])).toEqual(
    DATES.map((date) => [date, 3]),
  );
});
