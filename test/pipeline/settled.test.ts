import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPublications } from '../../src/lake/publication.ts';
import { run } from '../../src/pipeline/run.ts';
import type { RunContext } from '../../src/pipeline/session.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { isPublished } from '../../src/stages/mark-as-processed/mark.ts';
import { acceptFile } from '../../src/stages/validate/accept-file.ts';
import { RealParts } from '../crash/real-parts.ts';
import { plays, songs } from '../support/test-lake.ts';

const DROPPED = new Date('2026-01-05T12:00:00Z');

/** A lake with a song and one play file that is done with. */
async function opened(): Promise<{ readonly parts: RealParts; readonly context: RunContext }> {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  await parts.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop') }, DROPPED);
  await parts.drop({ dataset: 'streams', filename: '1.csv', text: plays('u a 10:00:00') }, DROPPED);
  const context = await parts.context((_operation, _subject, work) => work(), systemPorts);
  await run(context);
  return { parts, context };
}

test('a file is published when its dates are published with it, not with less', async () => {
  const { context } = await opened();
  const entry = context.log.state.latest('streams', '1.csv');
  const [published] = (await readPublications(context.lake)).values();
  if (entry === undefined || published === undefined) throw new Error('nothing was published');
  const of = (version: number): boolean =>
    isPublished(entry, new Map([[published.date, { ...published, version }]]));
  expect([entry.n - 1, entry.n, entry.n + 1].map(of)).toEqual([false, true, true]);
});

test('a file of which the ledger does not say yet what became of it is not settled', async () => {
  const { parts, context } = await opened();
  const { head } = context.log.state;
  expect(context.log.settled).toBe(head);

  // Somebody else has committed a file, and is not done with it.
  await parts.drop({ dataset: 'streams', filename: '2.csv', text: plays('v a 10:00:00') }, DROPPED);
  const object = await context.lake.head('raw/streams/2.csv');
  if (object === undefined) throw new Error('nothing was dropped');
  const lease = { owner: 'elsewhere:1:alive', leaseSeconds: 3600, now: new Date() };
  const isOwnerAlive = (): boolean => true;
  const claim = await context.ledger.claim('2.csv', { ...lease, version: object.version, isOwnerAlive });
  if (!claim.claimed) throw new Error('it was claimed before');
  await acceptFile(context, { dataset: 'streams', filename: '2.csv', object }, claim.epoch);
  await rm(join(parts.directory, 'raw/streams/2.csv'));

  await run(context);
  expect(context.log.state.head).toBe(head + 1);
  expect(context.log.settled).toBe(head);

  await context.ledger.release('2.csv', claim.epoch, { blameless: true });
  await run(context);
  expect(context.log.settled).toBe(head + 1);
  expect(await context.ledger.get('2.csv')).toMatchObject({ status: 'success' });
});
