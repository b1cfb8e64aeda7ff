import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import { prepareTables } from '../../src/pipeline/settle-stage.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { RealParts } from '../crash/real-parts.ts';
import { plays, songs } from '../support/test-lake.ts';

const DROPPED = new Date('2026-01-05T12:00:00Z');
const FOUR = ['1.csv', '2.csv', '3.csv', '4.csv'];

/** What is told of a file: its rows are in the engine between `judging` and `judged`. */
type Step = 'received' | 'judging' | 'judged' | 'locating' | 'located';

interface Telling {
  readonly context: RunContext;
  readonly told: string[];
}

/** A context whose runs tell what is done with each play file; every file has a bad row to locate. */
async function telling(
  names: readonly string[],
  meanwhile: (context: RunContext, what: string, told: readonly string[]) => Promise<void>,
  { smallFileBytes = 0, large = '' } = {},
): Promise<Telling> {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  await parts.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop') }, DROPPED);
  for (const [hour, name] of names.entries()) {
    const rows = Array.from({ length: name === large ? 60 : 1 }, (_, second) =>
      ['u a', [hour, 0, second].map((part) => String(part).padStart(2, '0')).join(':')].join(' '),
    );
    const text = plays(...rows, 'u a 99:99:99');
    await parts.drop({ dataset: 'streams', filename: name, text }, DROPPED);
  }
  const told: string[] = [];
  const context = await parts.context((_operation, _subject, work) => work(), systemPorts);
  await prepareTables(context);
  const tell = async (step: Step, filename: string): Promise<void> => {
    const what = `${filename} ${step}`;
    told.push(what);
    await meanwhile(context, what, told);
  };
  const receive: RunContext['receive'] = async (inner, delivery, onProgress) => {
    const { dataset, filename } = delivery.file;
    if (dataset !== 'streams') return context.receive(inner, delivery, onProgress);
    // Each file's plans pass through an engine of its own, so that they are known by its name.
    const engine: RunContext['engine'] = {
      name: inner.engine.name,
      dialect: inner.engine.dialect,
      run: async (plan, signal) => {
        const steps = STEPS[plan.name];
        if (steps === undefined) return inner.engine.run(plan, signal);
        const [before, after] = steps;
        await tell(before, filename);
        const result = await inner.engine.run(plan, signal);
        await tell(after, filename);
        return result;
      },
      prepare: (...args) => inner.engine.prepare(...args),
      close: () => inner.engine.close(),
    };
    const receipt = await context.receive({ ...inner, engine }, delivery, onProgress);
    await tell('received', filename);
    return receipt;
  };
  return { context: { ...context, receive, limits: { ...context.limits, smallFileBytes } }, told };
}

/** By the name of the plan. */
const STEPS: Readonly<Record<string, readonly [Step, Step]>> = {
  validate_streams: ['judging', 'judged'],
  bad_records: ['locating', 'located'],
};

/** Longer than another file needs to be claimed and received, or judged, if nothing keeps it. */
async function aWhile({ ledger }: RunContext): Promise<void> {
  for (let looks = 0; looks < 40; looks++) await ledger.list();
}

/** Keeps a file at a step until others have come as far as they may, and then for a while. */
const keeping =
  (at: string, until: readonly string[]) =>
  async (context: RunContext, what: string, told: readonly string[]): Promise<void> => {
    if (what !== at) return;
    while (!until.every((other) => told.includes(other))) await context.ledger.list();
    await aWhile(context);
  };

test('files are judged one at a time and committed in their order', async () => {
  const { context, told } = await telling(FOUR, (context, what) =>
    what.endsWith(' judging') ? aWhile(context) : Promise.resolve(),
  );
  const { files } = await run(context);
  expect(files.map(({ filename }) => filename)).toEqual(FOUR);
  expect(told.filter((what) => what.endsWith('judging') || what.endsWith('judged'))).toEqual(
    FOUR.flatMap((name) => [`${name} judging`, `${name} judged`]),
  );
  expect(context.log.state.entries.map(({ filename }) => filename)).toEqual(['songs.csv', ...FOUR]);
});

test('while a file is judged the next one is received, not more', async () => {
  const { context, told } = await telling(FOUR, keeping('1.csv judging', ['2.csv received']));
  await run(context);
  expect(told.indexOf('2.csv received')).toBeLessThan(told.indexOf('1.csv judged'));
  expect(told.indexOf('3.csv received')).toBeGreaterThan(told.indexOf('1.csv judged'));
});

test('while bad records are located and a file is committed, the next one is judged, not more', async () => {
  const { context, told } = await telling(
    FOUR,
    keeping('1.csv locating', ['2.csv judged', '3.csv received']),
  );
  await run(context);
  expect(told.indexOf('2.csv judged')).toBeLessThan(told.indexOf('1.csv located'));
  expect(told.indexOf('3.csv received')).toBeLessThan(told.indexOf('1.csv located'));
  expect(told.indexOf('3.csv judging')).toBeGreaterThan(told.indexOf('1.csv located'));
  expect(told.indexOf('4.csv received')).toBeGreaterThan(told.indexOf('1.csv located'));
});

const TWELVE = Array.from({ length: 12 }, (_, index) => `${String(index + 1).padStart(2, '0')}.csv`);

test('of small files eight are in work and two of them judged; they are committed in their order', async () => {
  const { context, told } = await telling(
    TWELVE,
    keeping('01.csv judging', [...TWELVE.slice(0, 8).map((name) => `${name} received`), '02.csv judging']),
    { smallFileBytes: 1000 },
  );
  await run(context);
  const before = told.slice(0, told.indexOf('01.csv judged'));
  const which = (step: Step): string[] =>
    before.flatMap((what) => (what.endsWith(` ${step}`) ? [what.slice(0, 6)] : [])).toSorted();
  expect(which('received')).toEqual(TWELVE.slice(0, 8));
  expect(which('judging')).toEqual(['01.csv', '02.csv']);
  expect(context.log.state.entries.map(({ filename }) => filename)).toEqual(['songs.csv', ...TWELVE]);
});

test('a large file among small ones is judged by itself', async () => {
  const { context, told } = await telling(
    FOUR,
    async (context, what, told) => {
      await aWhile(context);
      await keeping('3.csv judging', ['4.csv judging'])(context, what, told);
    },
    { smallFileBytes: 1000, large: '2.csv' },
  );
  await run(context);
  const at = (what: string): number => told.indexOf(what);
  expect(at('2.csv judging')).toBeGreaterThan(at('1.csv judged'));
  expect(at('3.csv judging')).toBeGreaterThan(at('2.csv judged'));
  expect(at('4.csv judging')).toBeLessThan(at('3.csv judged'));
});

test.each([0, 1000])(
  'a file whose earlier try ended without an outcome has no company (%i)',
  async (smallFileBytes) => {
    const { context, told } = await telling(['1.csv', '2.csv'], aWhile, { smallFileBytes });
    const object = await context.lake.head('raw/streams/1.csv');
    const dead = { owner: 'elsewhere:1:dead', leaseSeconds: 1, now: new Date(0), isOwnerAlive: () => false };
    await context.ledger.claim('1.csv', {
      ...dead,
      version: object?.version ?? '',
      isDecided: () => Promise.resolve(false),
    });
    await run(context);
    const steps: readonly Step[] = ['received', 'judging', 'judged', 'locating', 'located'];
    expect(told).toEqual(['1.csv', '2.csv'].flatMap((name) => steps.map((step) => `${name} ${step}`)));
  },
);
