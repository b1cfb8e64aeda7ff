import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hitparade, json } from '../cli-e2e/support/program.ts';
import { inDirectory } from './support/directory.ts';
import { CATALOGUE, drop, FIRST } from './support/scenario.ts';
import { standingStill } from './support/standing-still.ts';
import { Tally } from './support/tally.ts';

const RUN = ['run', '--lake', 'lake', '--quiet'];
const DEATHS = 5;

test.each([
  { key: 'streams/b.csv', text: FIRST['streams/b.csv'] ?? '' },
  { key: 'songs/more.csv', text: CATALOGUE['songs/songs.csv'] ?? '' },
])(
  '$key, which ended five runs, is set aside by the sixth, and the others go on',
  async ({ key, text }) => {
    await inDirectory(key, async (cwd) => {
      const tally = new Tally(`runs that died while they read ${key}`);
      const { 'streams/a.csv': before = '', 'streams/c.csv': after = '' } = FIRST;
      await drop(join(cwd, 'lake'), { ...CATALOGUE, 'streams/a.csv': before, [key]: text });
      for (let death = 1; death <= DEATHS; death++) {
        const run = await standingStill(RUN, { cwd }, `before open .*/raw/${key.replace('.', '\\.')}`);
        run.kill('SIGKILL');
        expect((await run.ended()).code).toBeNull();
        tally.add('deaths', 'SIGKILL');
      }
      await drop(join(cwd, 'lake'), { 'streams/c.csv': after });
      const last = await hitparade(RUN, { cwd });
      expect(last, last.stderr).toMatchObject({ code: 3 });
      const filename = key.replace(/^\w+\//, '');
      const files = await json(['files', '--lake', 'lake'], { cwd });
      expect(files).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            filename,
            status: 'failed',
            error: expect.stringContaining('5 runs') as string,
          }),
          expect.objectContaining({ filename: 'a.csv', status: 'success' }),
          expect.objectContaining({ filename: 'c.csv', status: 'success' }),
        ]),
      );
      expect(await hitparade(RUN, { cwd })).toMatchObject({ code: 0 });
      tally.print();
    });
  },
  120_000,
);
