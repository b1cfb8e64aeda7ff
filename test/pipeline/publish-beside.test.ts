import { expect, onTestFinished, test } from 'vitest';
import type { Engine, PlanRunner } from '../../src/engines/engine.ts';
import { readPublications } from '../../src/lake/publication.ts';
import { run } from '../../src/pipeline/run.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import type { Ports } from '../../src/stages/context.ts';
import { TablesUnavailableError } from '../../src/tables/errors.ts';
import { type Gate, RealParts } from '../crash/real-parts.ts';
import { plays, songs } from '../support/test-lake.ts';

const DATES = ['2024-06-24', '2024-06-25', '2024-06-26'];

const DROPPED = new Date('2026-01-05T12:00:00Z');

const pass: Gate = (_operation, _subject, work) => work();

async function dropThreeDates(): Promise<RealParts> {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  await parts.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop') }, DROPPED);
  for (const date of DATES)
    await parts.drop(
      { dataset: 'streams', filename: `${date}.csv`, text: plays(`u a ${date} 10:00:00`) },
      DROPPED,
    );
  return parts;
}

/** Of a runner that takes a plan for each date. */
async function contextOf(parts: RealParts, gate = pass, ports: Ports = systemPorts): Promise<RunContext> {
  const context = await parts.context(gate, ports);
  return { ...context, limits: { ...context.limits, playsPerTransform: 1 } };
}

/** @param before is waited for before the n-th date is computed, from 1 */
function engineThatWaits(engine: Engine, before: (n: number) => Promise<void>): Engine {
  let computed = 0;
  const waiting = (runner: PlanRunner): PlanRunner => ({
    run: async (plan, ...rest) => {
      if (plan.name === 'transform_data') await before((computed += 1));
      return runner.run(plan, ...rest);
    },
    close: () => runner.close(),
  });
  return {
    name: engine.name,
    dialect: engine.dialect,
    run: (plan, ...rest) => engine.run(plan, ...rest),
    prepare: async (base, ...rest) => waiting(await engine.prepare(base, ...rest)),
    close: () => engine.close(),
  };
}

test('a date is loaded into the tables while a later one is computed', async () => {
  const context = await contextOf(await dropThreeDates());
  let firstIsLoaded = (): void => undefined;
  const loaded = new Promise<void>((resolve) => (firstIsLoaded = resolve));
  let computed = 0;
  const { dates } = await run({
    ...context,
    observe: (event) => {
      if (event.type === 'progress' && event.stage === 'load_to_dynamodb' && event.subject === DATES[0])
        firstIsLoaded();
    },
    engine: engineThatWaits(context.engine, async (n) => {
      computed = n;
      // Were dates loaded only when all are computed, this would wait for ever.
      if (n === DATES.length) await loaded;
    }),
  });
  expect(computed).toBe(DATES.length);
  // Each is loaded once, and told once.
  expect(dates.map(({ date, items: { written } }) => [date, written])).toEqual(
    DATES.map((date) => [date, 3]),
  );
});

test('what another runner publishes meanwhile is not undone by a date that is computed without it', async () => {
  const parts = await dropThreeDates();
  const [, , last = ''] = DATES;
  const late = { dataset: 'streams', filename: 'late.csv', text: plays(`u2 a ${last} 11:00:00`) } as const;
  const slow = await contextOf(parts);
  const other = { ...systemPorts, owner: 'other:1', isOwnerAlive: (owner: string) => owner === 'other:1' };
  let isComputing = false;
  let knowsOfIt = (): void => undefined;
  const known = new Promise<void>((resolve) => (knowsOfIt = resolve));
  // When the first date is loaded, the tables turn out to hold what this runner has not heard of.
  const list = slow.published.list.bind(slow.published);
  slow.published.list = async () => {
    if (!isComputing) return list();
    isComputing = false;
    await parts.drop(late, DROPPED);
    await run(await contextOf(parts, pass, other));
    return list();
  };
  const catchUp = slow.log.catchUp.bind(slow.log);
  slow.log.catchUp = async () => {
    const before = slow.log.state.head;
    await catchUp();
    if (slow.log.state.head > before) knowsOfIt();
  };
  await run({
    ...slow,
    engine: engineThatWaits(slow.engine, async (n) => {
      isComputing ||= n === 1;
      if (n === 2) await known;
    }),
  });
  await run(await contextOf(parts));
  const published = (await readPublications(slow.lake)).get(last);
  expect(published).toMatchObject({ plays: 2, parts: [{ plays: 1 }, { plays: 1 }] });
});

test('a date that cannot be loaded keeps no other from being computed, and the next run loads all', async () => {
  let refused = 0;
  const context = await contextOf(await dropThreeDates(), (operation, _subject, work) => {
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

test('who is stopped while a date is published publishes no other, computed or not', async () => {
  const stop = new AbortController();
  const parts = await dropThreeDates();
  let computed = (): void => undefined;
  const nextIsComputed = new Promise<void>((resolve) => (computed = resolve));
  const publication = `processed/_publications/${String(DATES[0])}.json`;
  let [completes, staged] = [0, 0];
  const context = await contextOf(parts, async (operation, subject, work) => {
    const isThere = operation === 'putIfMatch' && subject === publication;
    // Announced first, and then completed.
    if (isThere && (completes += 1) === 2) {
      await nextIsComputed;
      stop.abort('stopped');
    }
    // The files of a date are read when it is computed.
    const result = await work();
    if (operation === 'get' && subject.includes('top_genres') && subject.includes('_staging/')) staged += 1;
    if (staged === 2) computed();
    return result;
  });
  await expect(run({ ...context, signal: stop.signal })).rejects.toBe('stopped');
  const published = await readPublications(context.lake);
  expect([...published.values()].map(({ date, next }) => [date, next])).toEqual([[DATES[0], null]]);
});
