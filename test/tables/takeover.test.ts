import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { EmbeddedTables } from '../../src/tables/embedded.ts';
import { ensureTables } from '../../src/tables/ensure.ts';
import { readItems } from '../../src/tables/query.ts';
import type { Tables } from '../../src/tables/tables.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { ALL, DATE, SONGS, songs, sync } from './definitions.ts';

/** The code as another process has it: it knows nothing of what this one hosts. */
async function otherProcess() {
  vi.resetModules();
  const [{ connectTables }, { EmbeddedTables: Embedded }] = await Promise.all([
    import('../../src/tables/connect.ts'),
    import('../../src/tables/embedded.ts'),
  ]);
  return {
    async connect(embeddedDirectory: string): Promise<Tables> {
      const tables = await connectTables({ tablePrefix: '', embeddedDirectory });
      onTestFinished(() => tables.close());
      return tables;
    },
    async open(directory: string, waitMs?: number): Promise<EmbeddedTables> {
      const tables = await Embedded.open(directory, waitMs === undefined ? {} : { waitMs });
      onTestFinished(() => tables.close());
      return tables;
    },
  };
}

async function answered(endpoint: string): Promise<number> {
  // Refused for want of a key, but answered by the tables.
  return (await fetch(endpoint)).status;
}

test('when the host ends, whoever is at work takes over, and none of its calls fails', async () => {
  const directory = await temporaryDirectory();
  const host = await (await otherProcess()).connect(directory);
  const worker = await (await otherProcess()).connect(directory);
  await ensureTables(host, ALL);
  await sync(host, SONGS, DATE, songs(10));
  expect(worker.embedded?.hosted).toBe(false);
  const dates = Array.from({ length: 12 }, (_, day) => `2024-07-${String(day + 1).padStart(2, '0')}`);
  const loads = dates.map(async (date) => {
    const items = songs(200).map((item) => ({ ...item, date }));
    await sync(worker, SONGS, date, items);
    return items;
  });
  await loads[0];
  await host.close();
  const loaded = await Promise.all(loads);
  for (const [index, date] of dates.entries())
    expect(await readItems(worker, SONGS, date)).toEqual(loaded[index]);
  expect(await readItems(worker, SONGS, DATE)).toEqual(songs(10));
  expect(worker.embedded?.hosted).toBe(true);
  expect(worker.location).toContain(worker.embedded?.endpoint);
});

test('of several whose host ends one hosts, and the others find it', async () => {
  const directory = await temporaryDirectory();
  const host = await (await otherProcess()).connect(directory);
  const workers: Tables[] = [];
  for (let count = 0; count < 3; count++) workers.push(await (await otherProcess()).connect(directory));
  await ensureTables(host, ALL);
  await sync(host, SONGS, DATE, songs(10));
  await host.close();
  const read = await Promise.all(workers.map((tables) => readItems(tables, SONGS, DATE)));
  expect(read).toEqual([songs(10), songs(10), songs(10)]);
  expect(workers.filter(({ embedded }) => embedded?.hosted)).toHaveLength(1);
  expect(new Set(workers.map(({ embedded }) => embedded?.endpoint)).size).toBe(1);
});

test('a port that tables are served on stays when their host ends', async () => {
  const directory = await temporaryDirectory();
  const host = await (await otherProcess()).open(directory);
  const server = await (await otherProcess()).open(directory);
  const endpoint = await server.serveOn(0);
  expect(await answered(endpoint)).toBe(403);
  await host.close();
  expect(await answered(endpoint)).toBe(403);
  expect(server.hosted).toBe(true);
  await server.close();
  await expect(answered(endpoint)).rejects.toThrow();
});

test('a host that falls silent ends in a temporary error, and is found again when it speaks', async () => {
  const directory = await temporaryDirectory();
  await (await otherProcess()).open(directory);
  const worker = await (await otherProcess()).open(directory, 50);
  const { endpoint, accessKeyId, secretAccessKey } = worker;
  const discovery = join(directory, 'dynamodb.json');
  await writeFile(discovery, JSON.stringify({ endpoint: null, pid: null, accessKeyId, secretAccessKey }));
  await expect(worker.reconnect()).rejects.toMatchObject({
    kind: 'temporary',
    hint: expect.stringContaining('if it hangs') as string,
  });
  await writeFile(discovery, JSON.stringify({ endpoint, pid: 1, accessKeyId, secretAccessKey }));
  await worker.reconnect();
  expect(worker).toMatchObject({ endpoint, hosted: false });
});

test('what is found while the tables are being closed is closed too', async () => {
  const directory = await temporaryDirectory();
  const host = await (await otherProcess()).open(directory);
  const worker = await (await otherProcess()).open(directory);
  await host.close();
  await Promise.all([worker.reconnect(), worker.close()]);
  expect((await (await otherProcess()).open(directory, 50)).hosted).toBe(true);
});
