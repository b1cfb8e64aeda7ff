import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { invoke, temporaryDirectory } from './invoke.ts';

const DEMO = ['demo', '--plays', '100', '--quiet'];

/** A demo whose pipeline took no file: all that it delivered still lies in raw. */
async function demoDirectory(): Promise<{ readonly cwd: string; readonly directory: string }> {
  const cwd = await temporaryDirectory();
  expect(await invoke(DEMO, { cwd })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  return { cwd, directory: join(cwd, 'hitparade-demo') };
}

test('a demo begins anew over what an earlier one left, taken by the pipeline or not', async () => {
  const { cwd, directory } = await demoDirectory();
  await writeFile(join(directory, 'raw', 'streams', '.DS_Store'), '');
  await rm(join(directory, 'raw', 'streams', 'late-phones.csv'));
  expect(await invoke(DEMO, { cwd })).toMatchObject({ code: 0, stderr: '' });
  await access(join(directory, 'raw', 'streams', 'late-phones.csv'));
});

test.each([
  ['a file dropped into raw', 'raw/streams/mine.csv'],
  ['a file in a folder below raw', 'raw/streams/phones/mine.csv'],
  ['a file beside the catalogue', 'raw/songs/mine.csv'],
  ["a person's own catalogue over that of the demo", 'raw/users/users.csv'],
  ["a person's own plays under a name of the demo", 'raw/streams/plays-2024-06-25.csv'],
  ['a file that a run has archived', 'archive/streams/2024/06/mine.csv'],
])('a demo does not delete %s', async (_, file) => {
  const { cwd, directory } = await demoDirectory();
  const path = join(directory, file);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, 'mine');
  const { code, stdout, stderr, fake } = await invoke(DEMO, { cwd });
  expect({ code, stdout, opened: fake.opened }).toEqual({ code: 2, stdout: '', opened: [] });
  expect(stderr).toBe(
    `error: ${directory} holds what no demo made: ${file}\n` +
      'hint: a new demo would delete it: move it away, or choose another directory with --dir\n',
  );
  expect(await readFile(path, 'utf8')).toBe('mine');
});

test('of many files in the way only a few are named', async () => {
  const { cwd, directory } = await demoDirectory();
  for (let n = 0; n < 8; n++) await writeFile(join(directory, 'raw', 'streams', `mine-${n}.csv`), '');
  expect((await invoke(DEMO, { cwd })).stderr).toContain('raw/streams/mine-4.csv and 3 more\n');
});

test('a file in the place of the directory is wrong usage', async () => {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'f'), '');
  expect(await invoke([...DEMO, '--dir', 'f'], { cwd })).toMatchObject({ code: 2, stdout: '' });
  expect(await invoke([...DEMO, '--dir', 'f/below'], { cwd })).toMatchObject({ code: 2, stdout: '' });
});
