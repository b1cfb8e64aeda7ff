import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { drop, WRONG_HEADER } from './support/lakes.ts';
import { json, hitparade } from './support/program.ts';

test('a demo begins anew where a demo was, and nowhere else', async () => {
  const cwd = await temporaryDirectory();
  const plays = ['demo', '--plays', '500', '--quiet'];
  expect(await hitparade(plays, { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await hitparade(plays, { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await json(['status', '--lake', 'hitparade-demo'], { cwd })).toMatchObject({
    files: { failed: 1, duplicate: 1, pending: 0 },
    dates: { published: 4, behind: 0 },
  });
  // Files that a person tried there are not thrown away, wherever the pipeline has put them.
  await drop(join(cwd, 'hitparade-demo'), 'streams', 'mine.csv', WRONG_HEADER);
  for (const moment of ['in raw', 'in the archive']) {
    const kept = await hitparade(plays, { cwd });
    expect(kept.code, moment).toBe(2);
    expect(kept.stderr, moment).toContain('mine.csv');
    await hitparade(['run', '--lake', 'hitparade-demo', '--quiet'], { cwd });
  }
  const refused = await hitparade([...plays, '--dir', '.'], { cwd });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('is not empty, and no demo made it');
});
