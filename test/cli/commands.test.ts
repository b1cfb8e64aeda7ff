import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GLOBAL_OPTIONS } from '../../src/cli/options.ts';
import { HitparadeError, InvariantError } from '../../src/errors.ts';
import {
  badRecord,
  failedFile,
  fakeHitparade,
  genreItem,
  listOf,
  runReport,
  statusReport,
  successFile,
  verifyReport,
} from './fake-hitparade.ts';
import { invoke, temporaryDirectory } from './invoke.ts';

class ThrottledError extends HitparadeError {
  readonly kind = 'temporary';
}

test('run prints a line a file, what it published, and what to do next', async () => {
  const { code, stdout, fake } = await invoke(['run', '--lake', '.']);
  expect(code).toBe(0);
  expect(fake.closed).toBe(1);
  expect(stdout).toBe(
    [
      'Play files',
      '    file            rows   valid  bad  unknown  dates',
      'ok  streams1.csv  11,346  11,340    6       12  2024-06-25',
      '',
      'Published',
      'date         plays  items written  deleted  unchanged',
      '2024-06-25  11,340            461        0          0',
      '',
      '1 file, 11,346 rows, 1 date published, 1.2 s (run r1)',
      '',
      'Next:',
      '  hitparade show top-genres --date 2024-06-25 --lake .',
      '  hitparade show top-songs --date 2024-06-25 --lake .',
      '  hitparade bad-records --lake .',
      '',
    ].join('\n'),
  );
});

test('run exits with 3 when a file was rejected, and says why beneath it', async () => {
  const fake = fakeHitparade({ run: () => Promise.resolve({ ...runReport, files: [failedFile] }) });
  const { code, stdout } = await invoke(['run', '--lake', '.'], { fake });
  expect(code).toBe(3);
  expect(stdout).toContain('x  broken.csv     0\n    column user_id is missing; the header has User_ID\n');
});

test('run --json prints the report and nothing else', async () => {
  const { stdout, stderr } = await invoke(['run', '--lake', '.', '--json']);
  expect(JSON.parse(stdout)).toEqual(runReport);
  expect(stderr).toBe('');
});

test('run --quiet says nothing when all is well, and names rejected files on stderr', async () => {
  const well = await invoke(['run', '--lake', '.', '--quiet']);
  expect(well.stdout + well.stderr).toBe('');
  const fake = fakeHitparade({ run: () => Promise.resolve({ ...runReport, files: [failedFile] }) });
  const { stdout, stderr, code } = await invoke(['run', '--lake', '.', '--quiet'], { fake });
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toBe('rejected: broken.csv: column user_id is missing; the header has User_ID\n');
});

test('run --verbose logs each event as a JSON line on stderr', async () => {
  const fake = fakeHitparade({}, [{ type: 'run_started', run: 'r1', files: 2, bytes: 10 }]);
  const { stderr } = await invoke(['run', '--lake', '.', '--verbose'], { fake });
  expect(JSON.parse(stderr)).toMatchObject({ msg: 'run_started', run: 'r1', files: 2 });
});

test('a stopped run exits with 143 on SIGTERM and says what is left', async () => {
  const stop = new AbortController();
  const fake = fakeHitparade(
    {
      run: (options) => {
        stop.abort('SIGTERM');
        options?.signal?.throwIfAborted();
        return Promise.resolve(runReport);
      },
    },
    [{ type: 'run_started', run: 'r1', files: 2, bytes: 10 }],
  );
  const { code, stderr } = await invoke(['run', '--lake', '.'], { fake, signal: stop.signal });
  expect(code).toBe(143);
  expect(stderr).toBe('stopped; left: 1 play file; `hitparade run --lake .` goes on from here\n');
  expect(fake.closed).toBe(1);
});

test('a command that has nothing to finish ends at once on Ctrl-C', async () => {
  const stop = new AbortController();
  const fake = fakeHitparade({
    status: () => {
      stop.abort('SIGINT');
      return new Promise(() => undefined);
    },
  });
  expect((await invoke(['status', '--lake', '.'], { fake, signal: stop.signal })).code).toBe(130);
});

test('errors become exit codes: temporary 75, unexpected 1', async () => {
  const failing = (error: Error): ReturnType<typeof fakeHitparade> =>
    fakeHitparade({ status: () => Promise.reject(error) });
  const temporary = await invoke(['status', '--lake', '.', '--json'], {
    fake: failing(new ThrottledError('slow down')),
  });
  expect(temporary).toMatchObject({
    code: 75,
    stdout: '',
    stderr: 'error: slow down\nhint: this is temporary: run the same command again\n',
  });
  expect(temporary.fake.closed).toBe(1);
  const bug = await invoke(['status', '--lake', '.'], {
    fake: failing(new InvariantError('two and two are five')),
  });
  expect(bug.code).toBe(1);
  expect(bug.stderr).toBe(
    'error: two and two are five\n' +
      'this is a bug in hitparade, or something that nobody expected; please report it\n' +
      'with --verbose it says where it happened\n',
  );
  const verbose = await invoke(['status', '--lake', '.', '--verbose'], {
    fake: failing(new TypeError('oops')),
  });
  expect(verbose.stderr).toContain('commands.test.ts');
});

test.each([
  [['shwo']],
  [['status', '--nope']],
  [['show', 'pop']],
  [['stage', 'wait_for_stream']],
  [[]],
  [['generate', '--plays', 'x']],
])('wrong usage %j exits with 2 and leaves stdout empty', async (argv) => {
  const { code, stdout, stderr } = await invoke(argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toBe('');
});

test('every help has an example, and describes each global option once, within 80 columns', async () => {
  for (const name of [
    'init',
    'demo',
    'generate',
    'run',
    'stage',
    'status',
    'files',
    'show',
    'bad-records',
    'verify',
    'doctor',
    'dynamodb',
  ]) {
    const { code, stdout } = await invoke([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Examples:\n  $ hitparade ${name}`);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain('--max-rows, are listed in the config that init writes');
    for (const option of GLOBAL_OPTIONS) {
      const { key } = option;
      const described = lines.filter((line) => new RegExp(`^  --${key}( |$)`).test(line));
      expect(described, `${name}: --${key}`).toHaveLength('hidden' in option ? 0 : 1);
    }
  }
});

test('stage says taken, not success, of plays that no chart counts yet', async () => {
  const fake = fakeHitparade({
    stage: (stage, { run }) =>
      Promise.resolve({ run, stage, worked: true, pending: [], files: [successFile, failedFile], dates: [] }),
  });
  const of = async (stage: string): Promise<string> =>
    (await invoke(['stage', stage, '--run', 'r7', '--lake', '.'], { fake })).stdout;
  const taken = (await of('validate_streams')).split('\n');
  expect(taken[1]).toMatch(/^ +file +status +rows /);
  expect(taken[2]).toMatch(/^\.\. +streams1\.csv +taken +11,346 /);
  expect(taken[3]).toMatch(/^x +broken\.csv +failed +0/);
  expect(await of('mark_as_processed')).toMatch(/^ok +streams1\.csv +success +11,346 /m);
});

test('stage exits with 99 when there was nothing to do', async () => {
  const argv = ['stage', 'transform_data', '--run', 'r7', '--lake', '.'];
  expect(await invoke(argv)).toMatchObject({ code: 0, stdout: 'transform_data of run r7\n' });
  const idle = fakeHitparade({
    stage: (stage, { run }) =>
      Promise.resolve({ run, stage, worked: false, pending: [], files: [], dates: [] }),
  });
  expect(await invoke(argv, { fake: idle })).toMatchObject({
    code: 99,
    stdout: 'transform_data of run r7: nothing to do\n',
  });
});

test('status shows the lake on one screen, and whole with --json', async () => {
  const { stdout, stderr } = await invoke(['status', '--lake', '.']);
  expect(stdout).toBe(
    [
      'Lake file:/lake',
      '  play files  1 pending, 3 success, 1 failed',
      '  dates       7 published, none behind',
      '  plays       34,000 counted, 12 of unknown tracks',
      '  catalogue   1,000 songs, 500 users',
      '',
      'Bad records by reason',
      `  missing_user_id      ${'#'.repeat(40)}  6`,
      `  invalid_listen_time  ${'#'.repeat(20)}${' '.repeat(20)}  3`,
      '',
      'Last runs',
      '  started (UTC)      took  files  rejected  dates  run',
      '  2024-06-26 05:00  1.2 s      3         1      7  r1',
      '',
    ].join('\n'),
  );
  expect(stderr).toBe('\n`hitparade run --lake .` brings it up to date\n');
  expect(JSON.parse((await invoke(['status', '--lake', '.', '--json'])).stdout)).toEqual(statusReport);
});

test('files with a name says everything, and offers the near miss for a wrong one', async () => {
  const { stdout } = await invoke(['files', 'streams1.csv', '--lake', '.']);
  expect(stdout).toContain('  lies in    archive/streams/2024/06/streams1.csv\n');
  expect(stdout).toContain('  bad rows   missing_user_id (6)\n');
  const wrong = await invoke(['files', 'stream1.csv', '--lake', '.']);
  expect(wrong).toMatchObject({
    code: 2,
    stderr: "error: no file named 'stream1.csv' has been taken\nhint: did you mean 'streams1.csv'?\n",
  });
});

test('one is told in the singular', async () => {
  const one = { ...successFile, duplicates: 1, unknown_track: 1, unknown_user: 1 };
  const fake = fakeHitparade({ files: () => Promise.resolve([one]) });
  const { stdout } = await invoke(['files', 'streams1.csv', '--lake', '.'], { fake });
  expect(stdout).toContain('  repeated   1 play delivered more than once, counted once\n');
  expect(stdout).toContain(
    '  unknown    1 play of a track that the catalogue does not know, 1 play by a user that it does not know\n',
  );
  const many = fakeHitparade({
    files: () => Promise.resolve([{ ...one, duplicates: 2, unknown_track: 2, unknown_user: 0 }]),
  });
  const more = (await invoke(['files', 'streams1.csv', '--lake', '.'], { fake: many })).stdout;
  expect(more).toContain('2 plays delivered more than once');
  expect(more).toContain('2 plays of tracks that the catalogue does not know\n');
});

test('show --json prints exact digits and asks for nothing but the dates', async () => {
  const asked: unknown[] = [];
  const big = { ...genreItem('2024-06-25', 'pop', 10), total_listening_time: 9007199254740993n };
  const fake = fakeHitparade({
    chart: (kpi, query) => {
      asked.push([kpi, query]);
      return Promise.resolve([big]);
    },
  });
  const { stdout } = await invoke(['show', 'daily-genre', '--date', '2024-06-25', '--json', '--lake', '.'], {
    fake,
  });
  expect(stdout).toBe(
    '[{"date":"2024-06-25","genre":"pop","listen_count":10,"unique_listeners":2,' +
      '"total_listening_time":9007199254740993,"avg_listening_time":900000}]\n',
  );
  expect(asked).toEqual([['daily_genre', { from: '2024-06-25', to: '2024-06-25' }]]);
});

test('show without a date takes the newest published one and says which', async () => {
  const fake = fakeHitparade({
    chart: (_, { from }) => Promise.resolve([genreItem(from, 'pop', from === '2024-06-25' ? 12 : 10)]),
  });
  const { stdout, stderr } = await invoke(['show', 'daily-genre', '--lake', '.'], { fake });
  expect(stderr).toBe('2024-06-25 is the newest published date\n\n');
  expect(stdout).toContain('12  +20 %');
});

test('a date without data says which dates exist, and is [] in JSON', async () => {
  const argv = ['show', 'top-songs', '--date', '2023-01-01', '--lake', '.'];
  expect(await invoke(argv)).toMatchObject({
    code: 0,
    stdout: 'No chart for 2023-01-01. Published: 2024-06-24, 2024-06-25.\n',
  });
  expect(await invoke([...argv, '--json'])).toMatchObject({ code: 0, stdout: '[]\n' });
});

test('top-songs orders genres by all their listens, as the chart of genres does', async () => {
  const song = (date: string, genre: string, plays: number) => ({
    date,
    genre: `${genre}#1`,
    genre_name: genre,
    rank: 1,
    track_id: genre,
    track_name: `${genre} song`,
    artists: 'A',
    play_count: plays,
  });
  const fake = fakeHitparade({
    chart: (kpi, { from }) =>
      Promise.resolve(
        kpi === 'daily_genre'
          ? [genreItem(from, 'jazz', 100), genreItem(from, 'pop', 300)]
          : [song(from, 'jazz', 90), song(from, 'pop', 10)],
      ),
  });
  const { stdout } = await invoke(['show', 'top-songs', '--date', '2024-06-25', '--lake', '.'], { fake });
  expect(stdout.indexOf('pop song')).toBeLessThan(stdout.indexOf('jazz song'));
  expect(stdout).toContain('pop song');
});

test('names of genres are cut where they are only mentioned', async () => {
  const long = 'g'.repeat(1022);
  const fake = fakeHitparade({
    chart: (_, { from, genre }) => Promise.resolve(genre === undefined ? [genreItem(from, long, 1)] : []),
  });
  for (const genre of ['jazz', `${long}h`]) {
    const argv = ['show', 'daily-genre', '--date', '2024-06-25', '--genre', genre, '--lake', '.'];
    const { stdout } = await invoke(argv, { fake });
    expect(stdout).toContain('ggg~');
    expect(stdout.length).toBeLessThan(200);
  }
});

test('a date that the calendar does not have is wrong usage', async () => {
  expect(await invoke(['show', 'top-songs', '--date', '2024-02-30', '--lake', '.'])).toMatchObject({
    code: 2,
    stderr: "error: --date is '2024-02-30'; allowed: a day of the calendar, written YYYY-MM-DD\n",
  });
});

test('bad-records lists place, byte, reasons and the row; JSON is one array', async () => {
  const { stdout } = await invoke(['bad-records', '--lake', '.']);
  expect(stdout).toBe('streams1.csv:17  byte 1,204  missing_user_id\n    ,4uLU6hMC,2024-06-25 17:43:13\n');
  const json = await invoke(['bad-records', '--lake', '.', '--json']);
  expect(JSON.parse(json.stdout)).toEqual([badRecord]);
  const limited = await invoke(['bad-records', '--lake', '.', '--json', '--limit', '0']);
  expect(limited.stdout).toBe('[]\n');
});

test.each([
  [['stream1.csv']],
  [['stream1.csv', '--json']],
  [['streams1.csv', '--dataset', 'users', '--json']],
  [['stream1.csv', '--export', 'bad.csv']],
])('bad-records %j of a file that nobody took leaves stdout empty', async (argv) => {
  const fake = fakeHitparade({ badRecords: () => listOf([]) });
  const { code, stdout, stderr, cwd } = await invoke(['bad-records', ...argv, '--lake', '.'], { fake });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('has been taken');
  await expect(readFile(join(cwd, 'bad.csv'))).rejects.toThrow('ENOENT');
});

test('bad-records of a rejected file says why it was rejected and where it lies', async () => {
  const why =
    'the whole file was rejected: column user_id is missing; the header has User_ID\n' +
    'It lies in raw/streams/broken.csv.\n';
  const fake = fakeHitparade({ badRecords: () => listOf([]) });
  const argv = ['bad-records', 'broken.csv', '--lake', '.'];
  expect(await invoke(argv, { fake })).toMatchObject({
    code: 0,
    stdout: `No bad records: ${why}`,
    stderr: '',
  });
  expect(await invoke([...argv, '--json'], { fake })).toMatchObject({
    stdout: '[]\n',
    stderr: `No bad records: ${why}`,
  });
  const earlier = await invoke(argv);
  expect(earlier.stdout).toContain('missing_user_id');
  expect(earlier.stderr).toBe(`The newest delivery has none: ${why}`);
});

test('bad-records of a duplicate names the file that was there first', async () => {
  const again = { ...failedFile, filename: 'again.csv', status: 'duplicate', error: null } as const;
  const fake = fakeHitparade({
    badRecords: () => listOf([]),
    files: () => Promise.resolve([{ ...again, duplicate_of: 'streams1.csv' }]),
  });
  expect(await invoke(['bad-records', 'again.csv', '--lake', '.'], { fake })).toMatchObject({
    code: 0,
    stdout:
      'No bad records: it has the same bytes as streams1.csv.\n' +
      '`hitparade bad-records streams1.csv --lake .` shows those.\n',
  });
});

test('an export defuses formulas, quotes as RFC 4180 says, and never overwrites unasked', async () => {
  const cwd = await temporaryDirectory();
  const records = [
    { ...badRecord, raw: '=1+1,"a",b' },
    { ...badRecord, file: '@x.csv', raw: '\ttab', reasons: ['a', 'b'] },
  ];
  const fake = fakeHitparade({ badRecords: () => listOf(records) });
  const argv = ['bad-records', '--lake', '.', '--export', 'bad.csv'];
  expect((await invoke(argv, { cwd, fake })).code).toBe(0);
  expect(await readFile(join(cwd, 'bad.csv'), 'utf8')).toBe(
    'file,line,byte,reasons,raw\r\n' +
      `streams1.csv,17,1204,missing_user_id,"'=1+1,""a"",b"\r\n` +
      "'@x.csv,17,1204,a b,'\ttab\r\n",
  );
  expect((await invoke(argv, { cwd, fake })).code).toBe(2);
  expect((await invoke([...argv, '--force'], { cwd, fake })).code).toBe(0);
  expect((await invoke(['bad-records', '--lake', '.', '--export', 'bad.txt'], { cwd, fake })).code).toBe(2);
});

test('init writes a config that works as it is, and never overwrites one', async () => {
  const cwd = await temporaryDirectory();
  expect((await invoke(['init'], { cwd })).stdout).toContain('Then: hitparade run\n');
  expect((await invoke(['status'], { cwd })).fake.opened[0]?.lake).toBe(cwd);
  await writeFile(join(cwd, 'hitparade.yaml'), 'lake: .\n');
  expect((await invoke(['init'], { cwd })).stdout).toContain('Kept hitparade.yaml as it is.');
  expect(await readFile(join(cwd, 'hitparade.yaml'), 'utf8')).toBe('lake: .\n');
});

test('demo refuses a directory with something in it that no demo made', async () => {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'letter.txt'), '');
  const { code, stderr, fake } = await invoke(['demo', '--dir', '.'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('is not empty, and no demo made it');
  expect(fake.opened).toEqual([]);
});

test('dynamodb serves until it is stopped', async () => {
  const stop = new AbortController();
  const pending = invoke(['dynamodb', '--json', '--lake', '.'], { signal: stop.signal });
  setTimeout(() => {
    stop.abort('SIGINT');
  }, 200);
  const { code, stdout } = await pending;
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({
    endpoint: 'http://127.0.0.1:8000',
    environment: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000', AWS_REGION: 'local' },
  });
});

test('verify says that all is well in a line, and exits with 0', async () => {
  const { code, stdout } = await invoke(['verify', '--lake', '.']);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'ok all is as the log says  (3 log entries, 3 parts, 1 date)\n',
  });
  const json = await invoke(['verify', '--lake', '.', '--json']);
  expect(JSON.parse(json.stdout)).toEqual(verifyReport);
});

test('verify names each problem with a command to copy, and exits with 4', async () => {
  const problem = {
    kind: 'kpi_file_missing',
    subject: 'processed/\u001bx.parquet',
    message: 'the file is gone.',
    remedy: '`hitparade run`',
  };
  const note = {
    kind: 'late_rows',
    subject: 'archive/1.csv',
    message: '7 bytes were written late.',
    remedy: '',
  };
  const report = { ...verifyReport, ok: false, tables_checked: false, problems: [problem], notes: [note] };
  const fake = fakeHitparade({ verify: () => Promise.resolve(report) });
  const { code, stdout } = await invoke(['verify', '--lake', '.'], { fake });
  expect(code).toBe(4);
  const [paths = '', ...above] = stdout.trimEnd().split('\n').toReversed();
  expect(paths).toMatch(/^Paths are below \/.+\.$/);
  expect(above.toReversed().join('\n')).toBe(
    [
      'x 1 problem  (3 log entries, 3 parts, 1 date; tables not checked)',
      '',
      'kpi_file_missing  processed/\\x1bx.parquet',
      '  the file is gone.',
      '  mend: `hitparade run --lake .`',
      '',
      'late_rows  archive/1.csv',
      '  7 bytes were written late.',
      '',
    ].join('\n'),
  );
});

test('doctor prints a line a check with the remedy beneath, exits with 4, and asks for no lake to be there', async () => {
  const checks = [
    { name: 'node', ok: true, found: 'Node 22.0.0', remedy: '' },
    { name: 'private', ok: false, found: '.hitparade has the mode 755', remedy: '`chmod 700 .hitparade/`' },
  ];
  const fake = fakeHitparade({ doctor: () => Promise.resolve({ ok: false, checks }) });
  const { code, stdout } = await invoke(['doctor', '--lake', 'nowhere'], { fake });
  expect(code).toBe(4);
  expect(stdout).toBe(
    'ok node     Node 22.0.0\nx  private  .hitparade has the mode 755\n    `chmod 700 .hitparade/`\n',
  );
});
