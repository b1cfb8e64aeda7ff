import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hitparade } from '../cli-e2e/support/program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { outcomeOf, withoutOrder } from './support/outcome.ts';
import { drop, FIRST } from './support/scenario.ts';
import { requireSmallDisks, SmallDisk } from './support/small-disk.ts';
import { assertNoHalves } from './support/sound.ts';
import { Tally } from './support/tally.ts';

const RUN = ['run', '--lake', 'lake', '--quiet'];
const REJECTED = 3;
const FULL = 75;
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
  await requireSmallDisks(context);
  const cwd = await temporaryDirectory();
  await drop(join(cwd, 'lake'), FIRST);
  expect(await hitparade(RUN, { cwd })).toMatchObject({ code: REJECTED });
  const expected = await outcomeOf(join(cwd, 'lake'));

  const tally = new Tally('full disks');
  for (const { place, kib } of PLACES) {
    const name = `${place === '.' ? 'lake' : place} ${kib} KiB`;
    const home = join(cwd, name.replaceAll(' ', '-'));
    const lake = join(home, 'lake');
    const disk = await SmallDisk.at(join(lake, place), kib);
    await drop(lake, FIRST);
    const { code, stderr } = await hitparade(RUN, { cwd: home });
    tally.add('ended with', `${name}: ${String(code)}`);
    if (code !== REJECTED) {
      expect({ code, stderr }, name).toMatchObject({ code: FULL });
      expect(stderr, name).toMatch(/^error: .+\nhint: .+/m);
    }
    await assertNoHalves(lake);
    await disk.grow(64);
    const after = await hitparade(RUN, { cwd: home });
    expect([0, REJECTED], `${name}: ${after.stderr}`).toContain(after.code);
    expect(withoutOrder(await outcomeOf(lake)), name).toEqual(withoutOrder(expected));
  }
  tally.print();
});
