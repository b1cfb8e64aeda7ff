import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hitparade } from '../cli-e2e/support/program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { CATALOGUE, drop } from './support/scenario.ts';
import { requireSmallDisks, SmallDisk } from './support/small-disk.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly remedy: string;
}

test('doctor tries every file system of a lake, and says which one is full', async (context) => {
  await requireSmallDisks(context);
  const cwd = await temporaryDirectory();
  const lake = join(cwd, 'lake');
  await drop(lake, CATALOGUE);
  await SmallDisk.at(join(lake, 'archive'), 64);
  const disk = await SmallDisk.at(join(lake, 'processed'), 8);
  const failed = async (): Promise<readonly Check[]> => {
    const { stdout } = await hitparade(['doctor', '--lake', 'lake', '--json'], { cwd });
    const { checks } = JSON.parse(stdout) as { readonly checks: readonly Check[] };
    if (checks.every(({ ok }) => ok))
      expect(checks.find(({ name }) => name === 'hard_links')?.found).toContain('2 other mounts');
    return checks.filter(({ ok }) => !ok);
  };
  expect(await failed()).toEqual([]);

  await writeFile(join(lake, 'processed', 'stranger'), Buffer.alloc(8 * 1024)).catch(() => undefined);
  const [check] = await failed();
  expect(check?.name).toBe('lake');
  expect(check?.found).toMatch(/processed.: ENOSPC/);
  expect(await readdir(join(lake, 'processed'))).toEqual(['stranger']);

  await disk.grow(1);
  expect(await failed()).toEqual([]);
});
