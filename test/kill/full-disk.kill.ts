import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { hitparade } from '../cli-e2e/support/program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { outcomeOf, withoutOrder } from './support/outcome.ts';
import { drop, FIRST } from './support/scenario.ts';
import { assertNoHalves } from './support/sound.ts';
import { Tally } from './support/tally.ts';

const RUN = ['run', '--lake', 'lake', '--quiet'];
const REJECTED = 3;
const FULL = 75;
/** In a tmpfs each file takes whole pages of 4 KiB. */
const PLACES = [
  ...[64, 128, 192, 256, 300].map((kib) => ({ place: '.', kib })),
  { place: 'raw', kib: 64 },
  { place: 'archive', kib: 8 },
  { place: 'validated', kib: 8 },
  { place: 'processed', kib: 12 },
  { place: '_log', kib: 12 },
  { place: '_staging', kib: 16 },
];

test('a disk that is full ends the run with 75 and nothing half there; with room again it goes on', async (context) => {
  const cwd = await temporaryDirectory();
  const refusal = await mounted(join(cwd, 'tried'), 64);
  if (refusal !== undefined) {
    const reason = `no tmpfs can be mounted here, so no disk was filled: ${refusal}`;
    process.stdout.write(`${reason}\n`);
    context.skip(reason);
  }
  await drop(join(cwd, 'lake'), FIRST);
  expect(await hitparade(RUN, { cwd })).toMatchObject({ code: REJECTED });
  const expected = await outcomeOf(join(cwd, 'lake'));

  const tally = new Tally('full disks');
  for (const { place, kib } of PLACES) {
    const name = `${place === '.' ? 'lake' : place} ${kib} KiB`;
    const home = join(cwd, name.replaceAll(' ', '-'));
    const lake = join(home, 'lake');
    const disk = join(lake, place);
    expect(await mounted(disk, kib), name).toBeUndefined();
    await drop(lake, FIRST);
    const { code, stderr } = await hitparade(RUN, { cwd: home });
    tally.add('ended with', `${name}: ${String(code)}`);
    if (code !== REJECTED) {
      expect({ code, stderr }, name).toMatchObject({ code: FULL });
      expect(stderr, name).toMatch(/^error: .+\nhint: .+/m);
    }
    await assertNoHalves(lake);
    await promisify(execFile)('mount', ['-o', 'remount,size=64m', disk]);
    const after = await hitparade(RUN, { cwd: home });
    expect([0, REJECTED], `${name}: ${after.stderr}`).toContain(after.code);
    expect(withoutOrder(await outcomeOf(lake)), name).toEqual(withoutOrder(expected));
  }
  tally.print();
});

/** What the system says if it does not mount a file system of that size there. */
async function mounted(path: string, kib: number): Promise<string | undefined> {
  await mkdir(path, { recursive: true });
  try {
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', path]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  onTestFinished(async () => {
    await promisify(execFile)('umount', ['--lazy', path]);
  });
  return undefined;
}
