import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import { prepareTables } from '../../src/pipeline/settle-stage.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { RealParts } from '../crash/real-parts.ts';
import { plays, songs } from '../support/test-lake.ts';

const DROPPED = new Date('2026-01-05T12:00:00Z');

/** A context whose runs tell when each play file is received, and when its judging begins and ends. */
async function telling(
  names: readonly string[],
  whileJudging: (context: RunContext, told: readonly string[]) => Promise<void>,
): Promise<{ context: RunContext; told: string[] }> {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  await parts.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop') }, DROPPED);
  for (const [hour, name] of names.entries())
    await parts.drop({ dataset: 'streams', filename: name, text: plays(`u a 0${hour}:00:00`) }, DROPPED);
  const told: string[] = [];
  const context = await parts.context((_operation, _subject, work) => work(), systemPorts);
  await prepareTables(context);
  const receive: RunContext['receive'] = async (inner, delivery, onProgress) => {
    const { dataset, filename } = delivery.file;
    const receipt = await context.receive(inner, delivery, onProgress);
    if (dataset !== 'streams') return receipt;
    told.push(`${filename} received`);
    const judge: typeof receipt.judge = async () => {
      told.push(`${filename} judged`);
      await whileJudging(context, told);
      const validated = await receipt.judge();
      told.push(`${filename} done`);
      return validated;
    };
    return { ...receipt, judge };
  };
  return { context: { ...context, receive }, told };
}

/** Longer than another file needs to be claimed and received, if nothing keeps it. */
async function aWhile({ ledger }: RunContext): Promise<void> {
  for (let looks = 0; looks < 40; looks++) await ledger.list();
}

test('the next file is received while one is judged, and judged after it', async () => {
  const { context, told } = await telling(['1.csv', '2.csv', '3.csv'], aWhile);
  const { files } = await run(context);
  expect(files.map(({ filename }) => filename)).toEqual(['1.csv', '2.csv', '3.csv']);
  expect(told.indexOf('2.csv received')).toBeLessThan(told.indexOf('1.csv done'));
  expect(told.filter((what) => !what.endsWith('received'))).toEqual(
    ['1.csv', '2.csv', '3.csv'].flatMap((name) => [`${name} judged`, `${name} done`]),
  );
  // One ahead, not all.
  expect(told.indexOf('3.csv received')).toBeGreaterThan(told.indexOf('1.csv done'));
  expect(context.log.state.entries.map(({ filename }) => filename)).toEqual([
    'songs.csv',
    '1.csv',
    '2.csv',
    '3.csv',
  ]);
});

test('a file whose earlier try ended without an outcome has no company', async () => {
  const { context, told } = await telling(['1.csv', '2.csv'], aWhile);
  const object = await context.lake.head('raw/streams/1.csv');
  const dead = { owner: 'elsewhere:1:dead', leaseSeconds: 1, now: new Date(0), isOwnerAlive: () => false };
  await context.ledger.claim('1.csv', {
    ...dead,
    version: object?.version ?? '',
    isDecided: () => Promise.resolve(false),
  });
  await run(context);
  expect(told).toEqual(
    ['1.csv', '2.csv'].flatMap((name) => ['received', 'judged', 'done'].map((what) => `${name} ${what}`)),
  );
});
