import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Settling } from '../../src/stages/wait-for-stream/settling.ts';
import { emptyLake } from './virtual-watch.ts';

test('what is remembered is bounded by what lies in raw now', async () => {
  const { lake, directory } = await emptyLake();
  const raw = join(directory, 'raw/streams');
  const settling = new Settling(5_000);
  for (let round = 0; round < 20; round++) {
    await mkdir(raw, { recursive: true });
    for (let i = 0; i < 10; i++) await writeFile(join(raw, `${round}-${i}.csv`), '');
    await writeFile(join(raw, `${round}.txt`), '');
    await settling.look(lake, round * 10_000);
    expect(settling.size).toBe(11);
    const { fresh } = await settling.look(lake, round * 10_000 + 5_000);
    expect(fresh).toHaveLength(10);
    settling.offered(fresh);
    await rm(raw, { recursive: true });
  }
  await settling.look(lake, 1_000_000);
  expect(settling.size).toBe(0);
});

test('a file that was offered and changed since is fresh again when it has settled', async () => {
  const { lake, directory } = await emptyLake();
  const path = join(directory, 'raw/streams/a.csv');
  await mkdir(join(directory, 'raw/streams'), { recursive: true });
  await writeFile(path, 'x');
  const settling = new Settling(5_000);
  await settling.look(lake, 0);
  settling.offered((await settling.look(lake, 5_000)).fresh);
  expect((await settling.look(lake, 6_000)).known).toHaveLength(1);
  await writeFile(path, 'xy');
  expect(await settling.look(lake, 7_000)).toMatchObject({ fresh: [], known: [] });
  expect((await settling.look(lake, 11_999)).fresh).toEqual([]);
  expect((await settling.look(lake, 12_000)).fresh).toHaveLength(1);
});

test('a sidecar that changes makes its file wait again', async () => {
  const { lake, directory } = await emptyLake();
  await mkdir(join(directory, 'raw/streams'), { recursive: true });
  await writeFile(join(directory, 'raw/streams/a.csv'), 'x');
  const settling = new Settling(5_000);
  await settling.look(lake, 0);
  await writeFile(join(directory, 'raw/streams/a.csv.meta.json'), '{"rows": 0}');
  expect((await settling.look(lake, 5_000)).fresh).toEqual([]);
  expect((await settling.look(lake, 10_000)).fresh).toHaveLength(1);
});
