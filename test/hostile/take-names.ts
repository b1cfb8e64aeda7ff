import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { songs, TestLake } from '../support/test-lake.ts';
import { HIDDEN_NAMES } from './odd-names.ts';

const BAD = 16;

const filesBelow = async (directory: string): Promise<string[]> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** Files of these names are taken as they are, and nothing is written outside the lake. */
export async function takeNames(names: readonly string[]): Promise<void> {
  const base = await temporaryDirectory();
  await writeFile(join(base, 'neighbour'), 'mine');
  await mkdir(join(base, 'lake'));
  const lake = await TestLake.open({ lake: join(base, 'lake') });
  await lake.drop({ dataset: 'songs', filename: 'songs.csv', text: songs('t pop') });
  for (const [i, filename] of names.entries()) {
    // Each with a play of its own, so that each owns a part; some with bad records.
    const bad = i % BAD === 0 ? `${i},,\n` : '';
    const text = `user_id,track_id,listen_time\nu${i},t,2024-06-25 10:00:00\n${bad}`;
    await lake.drop({ dataset: 'streams', filename, text });
  }
  for (const filename of HIDDEN_NAMES) await lake.drop({ dataset: 'streams', filename, text: 'mine' });

  const report = await lake.run();

  const outcome = (name: string, status: string): string => `${status} ${JSON.stringify(name)}`;
  expect(report.files.map(({ filename, status }) => outcome(filename, status)).sort()).toEqual(
    names.map((name) => outcome(name, 'success')).sort(),
  );
  const known = await lake.hitparade.files();
  for (const [i, name] of names.entries()) {
    expect(known.filter(({ filename }) => filename === name)).toMatchObject([
      {
        status: 'success',
        valid: 1,
        bad: i % BAD === 0 ? 1 : 0,
        location: expect.stringMatching(/^archive\/streams\/\d{4}\/\d{2}\//) as string,
      },
    ]);
  }
  const [item] = await lake.chart('daily_genre');
  expect(item).toMatchObject({ listen_count: names.length, unique_listeners: names.length });
  for await (const { file, raw } of lake.hitparade.badRecords()) {
    expect(raw).toBe(`${names.indexOf(file)},,`);
  }

  const left = (await filesBelow(join(lake.directory, 'raw/streams'))).sort();
  expect(left).toEqual(HIDDEN_NAMES.map((name) => join(lake.directory, 'raw/streams', name)).sort());
  for (const path of left) expect(await readFile(path, 'utf8')).toBe('mine');
  expect((await readdir(base)).sort()).toEqual(['lake', 'neighbour']);
  // Only in raw and archive, where people look for them, do files have the names that people gave them.
  const ours = (await filesBelow(lake.directory))
    .map((path) => path.slice(lake.directory.length + 1))
    .filter((path) => !/^(raw|archive)\//.test(path));
  expect(ours.filter((path) => !/^[A-Za-z0-9_./=-]+$/.test(path))).toEqual([]);
  const archived = await filesBelow(join(lake.directory, 'archive'));
  expect(archived).toHaveLength(names.length);
  expect((await lake.run()).files).toEqual([]);
}
