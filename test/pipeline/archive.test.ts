import { access, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import { prepareTables } from '../../src/pipeline/settle-stage.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { type Gate, RealParts } from '../crash/real-parts.ts';
import { plays, songs } from '../support/test-lake.ts';

const DROPPED = new Date('2026-01-05T12:00:00Z');
const SOURCE = 'raw/streams/1.csv';

test('a delivery that is replaced while it is archived is counted, and the new one is left for the next run', async () => {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  await parts.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('a pop') }, DROPPED);
  await parts.drop({ dataset: 'streams', filename: '1.csv', text: plays('u a 10:00:00') }, DROPPED);
  const path = join(parts.directory, SOURCE);
  let isPublished = false;
  let replaced = false;
  const gate: Gate = async (operation, subject, work) => {
    if (subject.startsWith('processed/top_genres/')) isPublished = true;
    // Another version, so that the bytes are asked again; and others, as soon as they are.
    if (isPublished && operation === 'head' && subject === SOURCE && !replaced) await utimes(path, 1, 1);
    const result = await work();
    if (isPublished && operation === 'open' && subject === SOURCE && !replaced) {
      replaced = true;
      await writeFile(path, plays('u a 10:00:00', 'u a 11:00:00'));
    }
    return result;
  };
  const notices: string[] = [];
  const context = {
    ...(await parts.context(gate, systemPorts)),
    observe: (event: { type: string; message?: string }) => {
      if (event.type === 'notice') notices.push(event.message ?? '');
    },
  };
  await prepareTables(context);
  const report = await run(context);
  expect(replaced).toBe(true);
  expect(report.files).toMatchObject([{ filename: '1.csv', status: 'success', valid: 1 }]);
  expect(notices.join()).toMatch(/changed while it was read.*left for the next run/);
  const next = await run(context);
  expect(next.files).toMatchObject([{ filename: '1.csv', status: 'success', valid: 2 }]);
});

test('a delivery that gives way to another and comes back while it is archived is archived in the end', async () => {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  const [decided, another] = [plays('u a 10:00:00'), plays('u a 10:00:00', 'u a 11:00:00')];
  await parts.drop({ dataset: 'streams', filename: '1.csv', text: decided }, DROPPED);
  const path = join(parts.directory, SOURCE);
  // Another file, not other bytes in the one that the archive may share.
  const replace = async (text: string): Promise<void> => {
    await rm(path);
    await writeFile(path, text);
  };
  let replaced = false;
  const gate: Gate = async (operation, subject, work) => {
    if (operation === 'copyIfAbsent' && subject.startsWith('archive/streams/') && !replaced) {
      replaced = true;
      await replace(another);
    }
    const result = await work();
    if (operation === 'open' && subject.includes('.kept-')) await replace(decided);
    return result;
  };
  const context = await parts.context(gate, systemPorts);
  await prepareTables(context);
  await run(context);
  expect(replaced).toBe(true);
  await replace(decided);
  await run(await parts.context((_operation, _subject, work) => work(), systemPorts));
  const archived: string[] = [];
  for await (const { key } of context.lake.list('archive/'))
    archived.push(await readFile(join(parts.directory, key), 'utf8'));
  expect(archived.toSorted()).toEqual([decided, another].toSorted());
  await expect(access(path)).rejects.toThrow('ENOENT');
});

test('a sidecar that gives way to another and comes back while it is archived is not lost', async () => {
  const parts = await RealParts.open();
  onTestFinished(() => parts.close());
  const [own, another] = ['{ "rows": 1 }', '{ "rows": 2 }'];
  const text = plays('u a 10:00:00');
  await parts.drop({ dataset: 'streams', filename: '1.csv', text }, DROPPED);
  await parts.drop({ dataset: 'streams', filename: '1.csv.meta.json', text: own }, DROPPED);
  const path = join(parts.directory, `${SOURCE}.meta.json`);
  const replace = async (by: string): Promise<void> => {
    await rm(path);
    await writeFile(path, by);
  };
  const done: string[] = [];
  const gate: Gate = async (operation, subject, work) => {
    if (operation === 'copyIfAbsent' && subject.endsWith('.meta.json') && done.length === 0) {
      await replace(another);
      done.push('replaced');
    }
    // The bytes were asked for, and were others.
    if (operation === 'head' && subject === `${SOURCE}.meta.json` && done.length === 1) {
      await replace(own);
      done.push('restored');
    }
    return work();
  };
  const context = await parts.context(gate, systemPorts);
  await prepareTables(context);
  const { files } = await run(context);
  expect(files).toMatchObject([{ status: 'success', rows: 1 }]);
  expect(done[0]).toBe('replaced');
  expect(await readFile(path, 'utf8')).toBe(done[1] === 'restored' ? own : another);
});
