import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type LogEntry, logEntrySchema } from '../../../src/lake/entry.ts';
import { readPublications } from '../../../src/lake/publication.ts';
import { LocalLake } from '../../../src/lake/local-lake.ts';
import { below, sha256, treeOf } from './tree.ts';

/**
 * Checks a lake at rest against its own log, with code that shares nothing with the pipeline but the form
 * of an entry: the chain, each delivery once, exactly the named objects under final names with the named
 * bytes, all published, every source archived or still there. Returns the entries.
 */
export async function assertSound(directory: string): Promise<readonly LogEntry[]> {
  const tree = await treeOf(directory);
  const entries = await readLog(directory);
  const owned = entries.flatMap((entry) =>
    entry.kind === 'accepted' ? [...entry.parts, ...entry.badRecords] : [],
  );
  const named = Object.fromEntries(owned.map(({ key, sha256 }) => [key, sha256] as const));
  expect({ ...below(tree, 'bad-records/'), ...below(tree, 'validated/') }).toEqual(named);

  const taken = entries.map(({ dataset, filename, cid }) => `${dataset}/${filename} ${cid}`);
  expect(
    taken.filter((delivery, index) => taken.indexOf(delivery) !== index),
    'taken twice',
  ).toEqual([]);
  for (const entry of entries) {
    if (entry.kind === 'accepted') expect(entry.counts.rows).toBe(entry.counts.valid + entry.counts.bad);
  }

  const archived: Record<string, string> = {};
  for (const { archive, cid } of entries) if (archive !== null) archived[archive] = cid;
  const reasons = (key: string): boolean => key.endsWith('.reasons.json');
  const inArchive = Object.entries(below(tree, 'archive/')).filter(([key]) => !reasons(key));
  expect(Object.fromEntries(inArchive)).toEqual(archived);
  expect(below(tree, 'raw/streams/'), 'sources that are neither archived nor left for a reason').toEqual({});

  const publications = [...(await readPublications(await LocalLake.open(directory))).values()];
  const kpis = publications.flatMap((publication) => Object.values(publication.kpis));
  expect(
    Object.fromEntries(
      Object.entries(below(tree, 'processed/')).filter(([key]) => !key.includes('/_publications/')),
    ),
  ).toEqual(Object.fromEntries(kpis.map(({ key, sha256 }) => [key, sha256])));
  expect(publications.filter(({ next, loaded_on }) => next !== null || loaded_on === null)).toEqual([]);

  const zones = /^(_log|_staging|archive|bad-records|processed|raw|validated)\/|^hitparade\.yaml$/;
  expect([...tree.keys()].filter((key) => !zones.test(key))).toEqual([]);
  await assertNothingInTrash(directory);
  return entries;
}

/**
 * Checks a lake at which a run has failed: it may lack what is to be done, but what stands under a final name
 * is whole and has its reason in the log.
 */
export async function assertNoHalves(directory: string): Promise<void> {
  const tree = await treeOf(directory);
  const entries = await readLog(directory);
  const named = new Map<string, string>();
  for (const entry of entries) {
    if (entry.archive !== null) named.set(entry.archive, entry.cid);
    if (entry.kind !== 'accepted') continue;
    for (const { key, sha256 } of [...entry.parts, ...entry.badRecords]) named.set(key, sha256);
  }
  for (const [key, hash] of tree) {
    if (/^(archive|bad-records|validated)\//.test(key) && !key.endsWith('.reasons.json'))
      expect(hash, key).toBe(named.get(key));
    // Parquet ends as it begins, and JSON can be read.
    const bytes = await readFile(join(directory, key));
    if (/^processed\/.*\.parquet$/.test(key)) expect(bytes.subarray(-4).toString(), key).toBe('PAR1');
    if (!key.startsWith('_staging/') && key.endsWith('.json')) JSON.parse(bytes.toString('utf8'));
  }
}

async function readLog(directory: string): Promise<readonly LogEntry[]> {
  await mkdir(join(directory, '_log'), { recursive: true });
  const names = (await readdir(join(directory, '_log'))).filter((name) => name.endsWith('.json')).sort();
  const entries: LogEntry[] = [];
  let previous = '';
  for (const [index, name] of names.entries()) {
    const bytes = await readFile(join(directory, '_log', name));
    const entry = logEntrySchema.parse(JSON.parse(bytes.toString('utf8')));
    expect(entry, name).toMatchObject({ n: index + 1, previous });
    expect(name).toBe(`${String(index + 1).padStart(12, '0')}.json`);
    previous = sha256(bytes);
    entries.push(entry);
  }
  return entries;
}

/** A note of a deletion that was never begun may wait there for days; a file may not. */
async function assertNothingInTrash(directory: string): Promise<void> {
  const trash = await readdir(join(directory, '.hitparade', 'trash'));
  expect(trash.filter((name) => !name.endsWith('.json'))).toEqual([]);
}
