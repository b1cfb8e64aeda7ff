import { readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hitparade, start } from '../cli-e2e/support/program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { outcomeOf, withoutOrder } from './support/outcome.ts';
import { drop, FIRST, SECOND } from './support/scenario.ts';
import { requireSmallDisks, SmallDisk } from './support/small-disk.ts';
import { assertNoHalves } from './support/sound.ts';
import { Tally } from './support/tally.ts';

const WATCH = ['watch', '--lake', 'lake', '--settle-seconds', '1'];
const STOPPED = 143;
const PAGE = 4_096;
/** What is left when the new files lie there: the fewer, the earlier the pass finds no room. */
const PAGES_LEFT = [0, 2, 5, 10];

test('a watch whose disk gets full says so, loses nothing, and goes on by itself when there is room', async (context) => {
  await requireSmallDisks(context);
  const cwd = await temporaryDirectory();
  const undisturbed = join(cwd, 'lake');
  for (const files of [FIRST, SECOND]) {
    await drop(undisturbed, files);
    expect([0, 3]).toContain((await hitparade(['run', '--lake', 'lake', '--quiet'], { cwd })).code);
  }
  const expected = withoutOrder(await outcomeOf(undisturbed));

  const tally = new Tally('full disks under watch');
  for (const pages of PAGES_LEFT) {
    const home = join(cwd, `${pages}-pages`);
    const lake = join(home, 'lake');
    await SmallDisk.at(lake, 4_096);
    await drop(lake, FIRST);
    const watch = start(WATCH, { cwd: home });
    for (const name of ['a.csv', 'b.csv', 'c.csv', 'd.csv', 'e.csv'])
      await watch.until('stdout', ` ${name} `);

    // Names for what comes, so that only bytes are missing then.
    const ballast = join(lake, 'ballast');
    const needed = Object.keys(SECOND).length + pages;
    const { bavail, bsize } = await statfs(lake);
    await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - needed * PAGE)));
    await drop(lake, SECOND);
    const said = await watch.until('stderr', 'Trying again');
    tally.add('said', `${pages} pages: ${/^.*Trying again/m.exec(said)?.[0].slice(0, 60) ?? ''}`);
    expect(said).toMatch(/full|no space|ENOSPC/i);
    for (const [key, text] of Object.entries(SECOND))
      expect(await readFile(join(lake, 'raw', key), 'utf8'), key).toBe(text);
    await assertNoHalves(lake);

    await rm(ballast);
    await watch.until('stderr', 'going on');
    await watch.until('stdout', ' g.csv ');
    watch.kill('SIGTERM');
    const { code, stderr } = await watch.ended();
    expect({ code, stderr }).toMatchObject({ code: STOPPED });
    expect(stderr).toMatch(/^stopped; nothing is left to do$/m);
    expect(withoutOrder(await outcomeOf(lake)), `${pages} pages`).toEqual(expected);
  }
  tally.print();
});
