import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { drop, dropAll, WRONG_HEADER } from './support/lakes.ts';
import { hitparade } from './support/program.ts';

const LONG = 'plays-of-the-mobile-apps-in-western-europe-2024-06-25-part-0001-of-0016.csv';

test('names of files are never cut, so that the next command can be given them', async () => {
  const cwd = await temporaryDirectory();
  await dropAll(cwd);
  await drop(cwd, 'streams', LONG, WRONG_HEADER);
  const ran = await hitparade(['run', '--lake', '.'], { cwd, env: { COLUMNS: '60' } });
  expect(ran.stdout).toContain(LONG);
  for (const COLUMNS of ['60', '80', '160']) {
    expect((await hitparade(['files', '--lake', '.'], { cwd, env: { COLUMNS } })).stdout).toContain(LONG);
  }
  expect(await hitparade(['files', LONG, '--lake', '.'], { cwd })).toMatchObject({ code: 0 });
});

test('of a file that was rejected as a whole, bad-records says so and where it lies', async () => {
  const cwd = await temporaryDirectory();
  await dropAll(cwd);
  await drop(cwd, 'streams', 'wrong.csv', WRONG_HEADER);
  await hitparade(['run', '--lake', '.'], { cwd });
  const { code, stdout } = await hitparade(['bad-records', 'wrong.csv', '--lake', '.'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain('the whole file was rejected');
  expect(stdout).toContain('rename User_ID to user_id');
  expect(stdout).toContain('archive/rejected/streams/wrong.csv');
});

test('a file that nobody knows leaves stdout empty, with --json, too', async () => {
  const cwd = await temporaryDirectory();
  await dropAll(cwd);
  await hitparade(['run', '--lake', '.'], { cwd });
  for (const form of [[], ['--json']]) {
    const ended = await hitparade(['bad-records', 'tuesday.csv', '--lake', '.', ...form], { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  }
});
