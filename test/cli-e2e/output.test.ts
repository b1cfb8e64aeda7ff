import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { DATE, dropAll, generate } from './support/lakes.ts';
import { hitparade, json, start } from './support/program.ts';

const ESCAPE = '\u001b';
const LOG_MODULES = join(import.meta.dirname, 'support', 'log-modules.mjs');

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hitparade-output-'));
  await dropAll(join(cwd, 'lake'));
  expect(await hitparade(['run', '--lake', 'lake'], { cwd })).toMatchObject({ code: 0 });
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

test('there are no escape codes unless a terminal or FORCE_COLOR asks for them', async () => {
  const line = ['show', 'daily-genre', '--date', DATE, '--lake', 'lake'];
  const forced = { FORCE_COLOR: '1' };
  const printed = async (args: readonly string[], env: Record<string, string>): Promise<string> => {
    // Node itself remarks on stderr that it takes FORCE_COLOR to be stronger than NO_COLOR.
    const { code, stdout } = await hitparade(args, { cwd, env });
    expect(code).toBe(0);
    return stdout;
  };
  expect(await printed(line, forced)).toContain(ESCAPE);
  const plain = await printed(line, {});
  expect(plain).not.toContain(ESCAPE);
  expect(await printed(line, { ...forced, NO_COLOR: '1' })).toBe(plain);
  expect(await printed([...line, '--no-color'], forced)).toBe(plain);
});

test('errors have no escape codes either', async () => {
  const line = ['files', 'none.csv', '--lake', 'lake'];
  expect((await hitparade(line, { cwd, env: { FORCE_COLOR: '1' } })).stderr).toContain(ESCAPE);
  const plain = await hitparade(line, { cwd });
  expect(plain.stderr).not.toContain(ESCAPE);
  expect(await hitparade([...line, '--no-color'], { cwd, env: { FORCE_COLOR: '1' } })).toEqual(plain);
});

test('a reader that closes the pipe early is no error', async () => {
  const lake = await temporaryDirectory();
  // Far more than a pipe holds.
  await generate(lake, { plays: 5_000, days: 1, badRate: 1 });
  expect(await hitparade(['run', '--lake', '.', '--quiet'], { cwd: lake })).toMatchObject({ code: 0 });
  for (const form of [[], ['--json']]) {
    const listing = start(['bad-records', '--lake', '.', ...form], { cwd: lake });
    listing.closeStdoutAfterFirstChunk();
    expect(await listing.ended()).toMatchObject({ code: 0, stderr: '' });
  }
});

test('help and version load nothing heavy, and what only reads the lake neither engine nor SDK', async () => {
  const heavy = ['@duckdb/', '@aws-sdk/', 'dynalite', 'zod', 'yaml', 'pino', 'ora'];
  const log = join(await temporaryDirectory(), 'modules');
  const loaded = async (...args: readonly string[]): Promise<readonly string[]> => {
    await writeFile(log, '');
    const ended = await hitparade(args, {
      cwd,
      env: { LOG_MODULES: log },
      nodeOptions: ['--import', pathToFileURL(LOG_MODULES).href],
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    // What is bundled is a chunk of its name.
    const modules = (await readFile(log, 'utf8'))
      .split('\n')
      .map((module) => module.replace(/^\.{1,2}\/(?:chunks\/)?(\w+)\.js$/, '$1'));
    return heavy.filter((name) => modules.some((module) => module === name || module.startsWith(name)));
  };
  // What can be seen at all.
  expect(await loaded('run', '--lake', 'lake')).toEqual(
    expect.arrayContaining(['@duckdb/', '@aws-sdk/', 'dynalite', 'zod']),
  );
  for (const command of ['status', 'files', 'bad-records']) {
    expect(await loaded(command, '--lake', 'lake'), command).toEqual(['zod']);
  }
  for (const args of [['--help'], ['help', 'run'], ['run', '--help'], ['--version']]) {
    expect(await loaded(...args), args.join(' ')).toEqual([]);
  }
});

test('flags win over variables, variables over the config file', async () => {
  const home = await temporaryDirectory();
  const lakes = ['of-file', 'of-variable', 'of-flag'];
  for (const lake of lakes) await hitparade(['init', lake], { cwd: home });
  await writeFile(join(home, 'hitparade.yaml'), 'lake: of-file\n');
  const lakeOf = async (args: readonly string[], env: Record<string, string>): Promise<unknown> => {
    const status = await json(['status', ...args], { cwd: home, env });
    return status instanceof Object && 'lake' in status ? status.lake : undefined;
  };
  const variable = { HITPARADE_LAKE: 'of-variable' };
  expect(await lakeOf([], {})).toContain('/of-file');
  expect(await lakeOf([], variable)).toContain('/of-variable');
  expect(await lakeOf(['--lake', 'of-flag'], variable)).toContain('/of-flag');
});
