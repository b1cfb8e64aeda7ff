import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { DATE, drop, dropAll, WRONG_HEADER } from './support/lakes.ts';
import { hitparade } from './support/program.ts';

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' };

/** A port on which nobody listens: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test('0: nothing to do is no failure', async () => {
  const cwd = await temporaryDirectory();
  expect(await hitparade(['run', '--lake', '.'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  expect(await hitparade(['show', 'top-genres', '--lake', '.'], { cwd })).toMatchObject({
    code: 0,
    stderr: '',
  });
});

const WRONG: readonly (readonly [why: string, args: readonly string[], said: string])[] = [
  ['no command', [], 'Usage: hitparade'],
  ['an unknown command', ['rum'], "unknown command 'rum'"],
  ['an unknown option', ['run', '--lake', '.', '--fast'], "unknown option '--fast'"],
  ['no lake', ['run'], 'no lake given'],
  ['a lake that does not exist', ['run', '--lake', 'lkae'], 'does not exist'],
  ['a value that is not allowed', ['run', '--lake', '.', '--threads', 'all'], "--threads is 'all'"],
  ['a date that is none', ['show', 'top-songs', '--lake', '.', '--date', '2024-02-30'], "'2024-02-30'"],
  ['a chart that is none', ['show', 'top-artists', '--lake', '.'], 'top-artists'],
  ['a stage that is none', ['stage', 'validate', '--run', 'r', '--lake', '.'], 'validate_streams'],
  ['a file that nobody knows', ['files', 'tuesday.csv', '--lake', '.'], 'tuesday.csv'],
];

test.each(WRONG)('2: %s, with a message on stderr and nothing on stdout', async (_, args, said) => {
  const cwd = await temporaryDirectory();
  const { code, stdout, stderr } = await hitparade(args, { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(said);
});

test('3: a file was refused, the others went through', async () => {
  const cwd = await temporaryDirectory();
  await dropAll(cwd);
  await drop(cwd, 'streams', 'wrong.csv', WRONG_HEADER);
  const report = await hitparade(['run', '--lake', '.', '--json'], { cwd });
  expect(report).toMatchObject({ code: 3, stderr: '' });
  expect(JSON.parse(report.stdout)).toMatchObject({
    files: [
      { filename: 'monday.csv', status: 'success', error: null },
      { filename: 'wrong.csv', status: 'failed', error: expect.stringContaining('user_id') as string },
    ],
    dates: [{ date: '2024-06-25' }],
  });
  // It was said once; the next run has nothing to complain of.
  expect(await hitparade(['run', '--lake', '.'], { cwd })).toMatchObject({ code: 0 });
});

test('4: verify names the part that is damaged, and doctor what will fail', async () => {
  const cwd = await temporaryDirectory();
  await dropAll(cwd);
  await hitparade(['run', '--lake', '.'], { cwd });
  expect(await hitparade(['verify', '--lake', '.'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  const part = `validated/streams/date=${DATE}/monday-3.parquet`;
  await rm(join(cwd, part));
  const { code, stdout } = await hitparade(['verify', '--lake', '.', '--json'], { cwd });
  expect(code).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    problems: [{ kind: 'part_missing', subject: part }],
  });
  expect(await hitparade(['doctor', '--lake', 'lkae'], { cwd })).toMatchObject({ code: 4, stderr: '' });
});

test('75: tables that cannot be reached leave everything for the next run', async () => {
  const cwd = await temporaryDirectory();
  await dropAll(cwd);
  const endpoint = `http://127.0.0.1:${await closedPort()}`;
  const args = ['run', '--lake', '.', '--dynamodb-endpoint', endpoint];
  const refused = await hitparade(args, { cwd, env: CREDENTIALS });
  expect(refused).toMatchObject({ code: 75, stdout: '' });
  expect(refused.stderr).toContain(endpoint);
  expect(refused.stderr).toMatch(/^hint: .*run again/m);
  expect(await hitparade(['run', '--lake', '.'], { cwd })).toMatchObject({ code: 0 });
});

test('99: a stage that has nothing to do', async () => {
  const cwd = await temporaryDirectory();
  await mkdir(join(cwd, 'raw'));
  for (const stage of ['wait_for_stream', 'transform_data']) {
    const ended = await hitparade(['stage', stage, '--run', 'r1', '--lake', '.'], { cwd });
    expect(ended, stage).toMatchObject({ code: 99, stderr: '' });
  }
});
