import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { DATE, dropAll } from './support/lakes.ts';
import { hitparade, shell } from './support/program.ts';

/** The indented lines beneath a heading, which are commands to copy. */
const commandsBelow = (text: string, heading: string): readonly string[] =>
  (text.split(`\n${heading}\n`)[1] ?? '')
    .split('\n')
    .flatMap((line) => /^ {2}(hitparade .*)$/.exec(line)?.[1] ?? []);

test('a newcomer gets from an empty folder to charts by what each command prints', async () => {
  const cwd = await temporaryDirectory();
  const init = await hitparade(['init', 'my charts'], { cwd });
  expect(init).toMatchObject({ code: 0, stderr: '' });
  const next = /^Then: (.*)$/m.exec(init.stdout)?.[1] ?? '';
  expect(next).toBe("cd 'my charts' && hitparade run");
  const lake = join(cwd, 'my charts');
  expect(init.stdout).toContain('my charts/raw/streams/*.csv');
  await dropAll(lake);

  const run = await shell(next, { cwd });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toContain('monday.csv');
  const hints = commandsBelow(run.stdout, 'Next:');
  expect(hints).toEqual([
    `hitparade show top-genres --date ${DATE}`,
    `hitparade show top-songs --date ${DATE}`,
    'hitparade bad-records',
  ]);
  for (const hint of hints) {
    expect(await shell(hint, { cwd: lake }), hint).toMatchObject({ code: 0, stderr: '' });
  }

  const shown = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await hitparade(args, { cwd: lake });
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  expect(await shown('show', 'daily-genre', '--date', DATE, '--genre', 'rock')).toContain('rock');
  expect(await shown('files')).toContain('monday.csv');
  expect(await shown('files', 'monday.csv')).toContain('missing_user_id');
  expect(await shown('status')).toContain('1 published, none behind');
  expect(await shown('bad-records', 'monday.csv')).toContain(`,t1,${DATE} 12:00:00`);
  expect(existsSync(join(lake, 'raw/streams/monday.csv'))).toBe(false);
  expect(await shown('run')).toContain('Nothing to do');
});

test('the second init keeps the configuration that is there', async () => {
  const cwd = await temporaryDirectory();
  await hitparade(['init'], { cwd });
  const again = await hitparade(['init'], { cwd });
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(again.stdout).toContain('Kept hitparade.yaml as it is.');
});
