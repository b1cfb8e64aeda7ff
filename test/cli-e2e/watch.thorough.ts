import { appendFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { DATE, drop, dropAll, WRONG_HEADER } from './support/lakes.ts';
import { hitparade, json, start, type Running } from './support/program.ts';

const WATCH = ['watch', '--lake', 'lake', '--settle-seconds', '1'];
const plays = (user: string): string => `user_id,track_id,listen_time\n${user},t1,${DATE} 10:00:00\n`;

/** A lake whose first files were taken by a watch that goes on. */
async function watching(...flags: readonly string[]): Promise<{ cwd: string; lake: string; watch: Running }> {
  const cwd = await temporaryDirectory();
  const lake = join(cwd, 'lake');
  await dropAll(lake);
  const watch = start([...WATCH, ...flags], { cwd });
  return { cwd, lake, watch };
}

test('it takes what arrives, tells a line of each file and date, and stops cleanly at SIGTERM', async () => {
  const { cwd, lake, watch } = await watching();
  await watch.until('stdout', 'monday.csv');
  await drop(lake, 'streams', 'broken.csv', WRONG_HEADER);
  await drop(lake, 'streams', 'tuesday.csv', plays('late'));
  await watch.until('stdout', 'tuesday.csv');
  await watch.until('stdout', 'broken.csv');
  // One that is still being written stays, and is told of as left.
  await drop(lake, 'streams', 'growing.csv', plays('slow'));
  watch.kill('SIGTERM');
  const { code, stdout, stderr } = await watch.ended();
  expect(code).toBe(143);
  expect(stdout).toMatch(/^ok {2}monday\.csv {2}3 rows, 1 bad {2}2024-06-25$/m);
  expect(stdout).toMatch(/^x {2}broken\.csv {2}rejected: .*user_id/m);
  expect(stdout).toMatch(/^published {2}2024-06-25 {2}3 plays, /m);
  expect(stderr).toMatch(/^stopped; left: 1 play file; `hitparade run --lake lake` goes on from here$/m);
  expect(await json(['status', '--lake', 'lake'], { cwd })).toMatchObject({
    files: { success: 2, failed: 1, pending: 1, processing: 0 },
    plays: { valid: 3 },
  });
});

test('with --json it prints one document, when it ends; Ctrl-C ends it with 130', async () => {
  const { watch } = await watching('--json', '--verbose');
  await watch.until('stderr', 'run_finished');
  await watch.until('stderr', '"filename":"monday.csv"');
  watch.kill('SIGINT');
  const { code, stdout } = await watch.ended();
  expect(code).toBe(130);
  const totals: unknown = JSON.parse(stdout);
  expect(totals).toMatchObject({ files: 3, rejected: 0, dates: 1 });
  expect(Object.keys(totals as object)).toEqual(['passes', 'files', 'rejected', 'dates', 'seconds']);
});

test('a file that is written slowly is taken once, whole, when its writer has ended', async () => {
  const { cwd, lake, watch } = await watching();
  await watch.until('stdout', 'monday.csv');
  const path = join(lake, 'raw/streams/slow.csv');
  await writeFile(path, 'user_id,track_id,listen_time\n');
  for (let i = 0; i < 12; i++) {
    // Half of a row, so that a file that is taken too early has a cut one.
    await appendFile(path, `u${i},t1,`);
    await pause(250);
    await appendFile(path, `${DATE} 12:00:${String(i).padStart(2, '0')}\n`);
  }
  await watch.until('stdout', 'slow.csv');
  watch.kill('SIGTERM');
  const { stdout } = await watch.ended();
  expect(stdout.match(/slow\.csv/g)).toHaveLength(1);
  expect(await json(['files', 'slow.csv', '--lake', 'lake'], { cwd })).toMatchObject([{ rows: 12, bad: 0 }]);
});

test('a lake that vanishes is waited for, and nothing is begun in the empty directory in its place', async () => {
  const cwd = await temporaryDirectory();
  const lake = join(cwd, 'lake');
  await dropAll(lake);
  expect(await hitparade(['run', '--lake', 'lake'], { cwd })).toMatchObject({ code: 0 });
  const watch = start([...WATCH, '--verbose'], { cwd });
  await watch.until('stderr', 'run_finished');
  await rename(lake, join(cwd, 'away'));
  await mkdir(lake);
  await watch.until('stderr', 'is not there any more');
  await drop(join(cwd, 'away'), 'streams', 'later.csv', plays('later'));
  await rename(lake, join(cwd, 'empty'));
  await rename(join(cwd, 'away'), lake);
  await watch.until('stdout', 'later.csv');
  watch.kill('SIGTERM');
  expect(await watch.ended()).toMatchObject({ code: 143 });
  expect(await hitparade(['status', '--lake', 'lake'], { cwd })).toMatchObject({ code: 0 });
  expect(await json(['files', '--lake', 'empty'], { cwd })).toEqual([]);
});

describe.each([
  ['nothing', () => Promise.resolve()],
  ['an empty directory', (path: string) => mkdir(path)],
] as const)('a lake that vanishes in the middle of a pass, with %s in its place', (_, putThere) => {
  test.each([['takes files', '"subject":"0040.csv"']])(
    'while it %s, is waited for, and every play counts once when it is back',
    async (_, moment) => {
      const cwd = await temporaryDirectory();
      const lake = join(cwd, 'lake');
      const away = join(cwd, 'away');
      await dropAll(lake);
      expect(await hitparade(['run', '--lake', 'lake'], { cwd })).toMatchObject({ code: 0 });
      for (let i = 0; i < 80; i++)
        await drop(lake, 'streams', `${String(i).padStart(4, '0')}.csv`, plays(`p${i}`));
      // A pass that was over before the lake went is followed by one that reconciles.
      const watch = start([...WATCH, '--verbose', '--reconcile-seconds', '2'], { cwd });
      await watch.until('stderr', moment);
      await rename(lake, away);
      await putThere(lake);
      await watch.until('stderr', 'is not there any more');
      expect(await readdir(lake).catch(() => [])).toEqual([]);
      await rm(lake, { recursive: true, force: true });
      await rename(away, lake);
      await watch.until('stderr', 'going on');
      for (let i = 0; i < 80; i++) await watch.until('stdout', `${String(i).padStart(4, '0')}.csv`);
      watch.kill('SIGTERM');
      expect(await watch.ended()).toMatchObject({ code: 143 });
      expect(await json(['status', '--lake', 'lake'], { cwd })).toMatchObject({
        files: { success: 81, pending: 0, processing: 0, failed: 0 },
        plays: { valid: 82 },
        dates: { behind: 0 },
      });
      expect(await hitparade(['verify', '--lake', 'lake'], { cwd })).toMatchObject({ code: 0 });
    },
  );
});

test('two that watch and one that runs on one lake take each file once', async () => {
  const { cwd, lake, watch } = await watching();
  const second = start(WATCH, { cwd });
  await second.until('stderr', 'watching');
  for (let i = 0; i < 20; i++) await drop(lake, 'streams', `${i}.csv`, plays(`p${i}`));
  const run = await hitparade(['run', '--lake', 'lake'], { cwd });
  expect(run.code).toBe(0);
  const both = async (): Promise<string> => {
    for (const program of [watch, second]) program.kill('SIGTERM');
    return (await Promise.all([watch.ended(), second.ended()])).map(({ stdout }) => stdout).join('');
  };
  await drop(lake, 'streams', 'last.csv', plays('last'));
  await Promise.race([watch.until('stdout', 'last.csv'), second.until('stdout', 'last.csv')]);
  const told = (await both()) + run.stdout;
  expect(told.match(/last\.csv/g)).toHaveLength(1);
  expect(await json(['status', '--lake', 'lake'], { cwd })).toMatchObject({
    files: { success: 22, failed: 0, processing: 0 },
    plays: { valid: 23 },
  });
});
