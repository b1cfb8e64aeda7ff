import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DATE, drop, dropAll, WRONG_HEADER } from './support/lakes.ts';
import { hitparade } from './support/program.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hitparade-json-'));
  await dropAll(join(cwd, 'lake'));
  await drop(join(cwd, 'lake'), 'streams', 'wrong.csv', WRONG_HEADER);
  const { code } = await hitparade(['run', '--lake', 'lake'], { cwd });
  expect(code).toBe(3);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const some = (properties: object): unknown => expect.objectContaining(properties) as unknown;

/** In this order: some of them change the lake. */
const COMMANDS: readonly (readonly [line: string, printed: unknown])[] = [
  ['init new', some({ config_written: true })],
  ['status --lake lake', some({ dates: { published: 1, behind: 0 }, bad_records: { missing_user_id: 1 } })],
  [
    'files --lake lake',
    expect.arrayContaining([some({ filename: 'monday.csv', status: 'success', rows: 3, valid: 2, bad: 1 })]),
  ],
  ['files wrong.csv --lake lake', [some({ filename: 'wrong.csv', status: 'failed' })]],
  [
    `show daily-genre --date ${DATE} --lake lake`,
    [some({ date: DATE, genre: 'pop', listen_count: 1, avg_listening_time: 1000 }), some({ genre: 'rock' })],
  ],
  [
    `show top-songs --date ${DATE} --genre pop --lake lake`,
    [some({ genre: 'pop#1', track_id: 't1', rank: 1, play_count: 1 })],
  ],
  ['show top-genres --lake lake', [some({ rank: 1, genre: 'pop' }), some({ rank: 2, genre: 'rock' })]],
  ['show top-genres --date 2020-01-01 --lake lake', []],
  ['bad-records --lake lake', [some({ file: 'monday.csv', line: 4, reasons: ['missing_user_id'] })]],
  ['bad-records --lake lake --reason wrong_column_count', []],
  ['bad-records --lake lake --export bad.csv', some({ records: 1 })],
  ['run --lake lake', some({ files: [], dates: [] })],
  ['verify --lake lake', some({ ok: true, problems: [] })],
  ['doctor --lake lake', some({ checks: expect.any(Array) as unknown })],
  ['generate --plays 300 --days 2 --out made', some({ files: expect.any(Array) as unknown })],
  [
    'stage wait_for_stream --run r1 --lake made',
    some({ worked: true, pending: ['plays-2024-06-24.csv', 'plays-2024-06-25.csv'] }),
  ],
  ['demo --plays 500 --dir demo', some({ runs: expect.any(Array) as unknown })],
];

test.each(COMMANDS)('%s --json prints one document and nothing else', async (line, printed) => {
  const ended = await hitparade([...line.split(' '), '--json'], { cwd });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout.endsWith('\n')).toBe(true);
  expect(JSON.parse(ended.stdout)).toEqual(printed);
});

test('a stage with nothing to do prints its document too', async () => {
  const ended = await hitparade(['stage', 'wait_for_stream', '--run', 'r1', '--lake', 'lake', '--json'], {
    cwd,
  });
  expect(ended).toMatchObject({ code: 99, stderr: '' });
  expect(JSON.parse(ended.stdout)).toMatchObject({ run: 'r1', stage: 'wait_for_stream', worked: false });
});

test('an error is told on stderr, and stdout stays empty', async () => {
  const ended = await hitparade(['files', 'tuesday.csv', '--lake', 'lake', '--json'], { cwd });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toMatch(/^error: /);
});

test('--verbose logs to stderr one JSON document a line, and stdout holds the result alone', async () => {
  await drop(
    join(cwd, 'lake'),
    'streams',
    'tuesday.csv',
    'user_id,track_id,listen_time\nu1,t1,2024-06-26 10:00:00\n',
  );
  const ended = await hitparade(['run', '--lake', 'lake', '--json', '--verbose'], { cwd });
  expect(JSON.parse(ended.stdout)).toMatchObject({ files: [{ filename: 'tuesday.csv' }] });
  const lines = ended.stderr.trimEnd().split('\n');
  const types = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(types.at(0)).toBe('run_started');
  expect(types.at(-1)).toBe('run_finished');
});
