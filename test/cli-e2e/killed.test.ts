import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outcomeOf } from '../kill/support/outcome.ts';
import { drop, FIRST, SECOND } from '../kill/support/scenario.ts';
import { standingStill } from '../kill/support/standing-still.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { hitparade, start } from './support/program.ts';

// A sample of what `npm run test:kill` does at every system call and in every phase.

const RUN = ['run', '--lake', 'lake', '--quiet'];
/** Done, but a file of the scenario is refused. */
const REJECTED = 3;

test('after a kill the next run ends as if nothing had happened', async () => {
  const whole = await temporaryDirectory();
  await drop(join(whole, 'lake'), FIRST);
  expect(await hitparade(RUN, { cwd: whole })).toMatchObject({ code: REJECTED });

  const cwd = await temporaryDirectory();
  await drop(join(cwd, 'lake'), FIRST);
  for (const at of [
    'after link .*/_log/000000000004\\.json',
    'before rename .*/_publications/2024-06-25',
    'after rename .*/raw/streams/b\\.csv',
  ]) {
    const run = await standingStill(RUN, { cwd }, at);
    run.kill('SIGKILL');
    await run.ended();
  }
  expect((await hitparade(RUN, { cwd })).code).toBeOneOf([0, REJECTED]);
  expect(await outcomeOf(join(cwd, 'lake'))).toEqual(await outcomeOf(join(whole, 'lake')));
});

test('what another runner committed and has not made visible is published all the same', async () => {
  const cwd = await temporaryDirectory();
  await drop(join(cwd, 'lake'), FIRST);
  expect(await hitparade(RUN, { cwd })).toMatchObject({ code: REJECTED });
  // Who stands still must not be the one that serves the tables to the other.
  const host = start(['dynamodb', '--lake', 'lake', '--json'], { cwd });
  await host.until('stdout', '\n');
  const publisher = await standingStill(RUN, { cwd }, 'before link .*/publish\\.lock');
  await drop(join(cwd, 'lake'), { 'streams/g.csv': SECOND['streams/g.csv'] ?? '' });
  const committer = await standingStill(RUN, { cwd }, 'before link .*/validated/.*/g-8');

  publisher.kill('SIGCONT');
  expect(await publisher.ended()).toMatchObject({ code: 0 });
  committer.kill('SIGCONT');
  expect(await committer.ended()).toMatchObject({ code: 0 });
  host.kill('SIGTERM');
  await host.ended();
  const { charts } = await outcomeOf(join(cwd, 'lake'));
  expect(charts['DailyGenreKPIs']?.join()).toContain('"unique_listeners":2');
});
