import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GLOBAL_OPTIONS, optionVariable } from '../../src/cli/options.ts';
import { DEFAULTS } from '../../src/pipeline/config.ts';
import { invoke, temporaryDirectory } from './invoke.ts';

async function withConfig(text: string): Promise<string> {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'hitparade.yaml'), text);
  return cwd;
}

test('defaults hold when only the lake is given', async () => {
  const { fake, cwd } = await invoke(['status', '--lake', '.']);
  expect(fake.opened).toEqual([
    {
      lake: cwd,
      tablePrefix: '',
      engine: 'duckdb',
      memoryLimit: '1GB',
      threads: Math.max(3, availableParallelism()),
      onSameName: 'append',
      limits: DEFAULTS.limits,
      maxAttempts: 5,
      leaseSeconds: 30,
      settleSeconds: 5,
    },
  ]);
});

test('a flag wins over a variable, a variable over the config file', async () => {
  const cwd = await withConfig('lake: .\nthreads: 2\nmemory-limit: 2GB\ntable-prefix: file-\n');
  const env = { HITPARADE_THREADS: '3', HITPARADE_TABLE_PREFIX: 'variable-' };
  const { fake } = await invoke(['status', '--threads', '4'], { cwd, env });
  expect(fake.opened[0]).toMatchObject({ threads: 4, tablePrefix: 'variable-', memoryLimit: '2GB' });
});

test('the lake of a config file is relative to that file', async () => {
  const cwd = await temporaryDirectory();
  await mkdir(join(cwd, 'etc', 'lake'), { recursive: true });
  await writeFile(join(cwd, 'etc', 'c.yaml'), 'lake: lake\n');
  const { fake } = await invoke(['status', '--config', 'etc/c.yaml'], { cwd });
  expect(fake.opened[0]?.lake).toBe(join(cwd, 'etc', 'lake'));
});

test('a file: URL names a lake', async () => {
  const cwd = await temporaryDirectory();
  const { fake } = await invoke(['status', '--lake', `file://${cwd}`]);
  expect(fake.opened[0]?.lake).toBe(cwd);
});

test('global options work before and after the command', async () => {
  for (const argv of [
    ['--threads', '3', 'status', '--lake', '.'],
    ['--lake', '.', 'status', '--threads', '3'],
  ]) {
    const { fake } = await invoke(argv);
    expect(fake.opened[0]?.threads).toBe(3);
  }
});

test('variables of the AWS SDK mean the same, and ours win over them', async () => {
  const aws = { AWS_ENDPOINT_URL: 'http://all:1', AWS_REGION: 'eu-west-1' };
  const first = await invoke(['status', '--lake', '.'], { env: aws });
  expect(first.fake.opened[0]).toMatchObject({ dynamodbEndpoint: 'http://all:1', region: 'eu-west-1' });

  const both = { ...aws, AWS_ENDPOINT_URL_DYNAMODB: 'http://tables:2' };
  const second = await invoke(['status', '--lake', '.'], { env: both });
  expect(second.fake.opened[0]?.dynamodbEndpoint).toBe('http://tables:2');

  const ours = { ...both, HITPARADE_DYNAMODB_ENDPOINT: 'http://ours:3' };
  const third = await invoke(['status', '--lake', '.'], { env: ours });
  expect(third.fake.opened[0]?.dynamodbEndpoint).toBe('http://ours:3');

  const ignored = { ...both, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
  const fourth = await invoke(['status', '--lake', '.'], { env: ignored });
  expect(fourth.fake.opened[0]?.dynamodbEndpoint).toBeUndefined();
});

test('an empty variable counts as unset', async () => {
  const { fake } = await invoke(['status', '--lake', '.'], { env: { HITPARADE_TABLE_PREFIX: '' } });
  expect(fake.opened[0]?.tablePrefix).toBe('');
});

test('limits are set by flag, variable and config file, as sizes or as numbers', async () => {
  const cwd = await withConfig('lake: .\nmax-field-bytes: 2000\nmax-row-bytes: 2MiB\nlease-seconds: 60\n');
  const env = { HITPARADE_MAX_ROW_BYTES: '3 mib', HITPARADE_MAX_ATTEMPTS: '2' };
  const flags = ['--max-file-bytes', '1.5GB', '--max-rows', '7', '--settle-seconds', '0'];
  const { fake } = await invoke(['status', ...flags], { cwd, env });
  expect(fake.opened[0]).toMatchObject({
    limits: {
      ...DEFAULTS.limits,
      maxFieldBytes: 2000,
      maxRecordBytes: 3 * 1024 * 1024,
      maxBytes: 1.5e9,
      maxRecords: 7,
    },
    maxAttempts: 2,
    leaseSeconds: 60,
    settleSeconds: 0,
  });
});

test('the config that init writes names every option, and each default in it is the default', async () => {
  const { cwd } = await invoke(['init']);
  const text = await readFile(join(cwd, 'hitparade.yaml'), 'utf8');
  for (const { key } of GLOBAL_OPTIONS) {
    expect(text).toMatch(new RegExp(`^(# )?${key}: `, 'm'));
    if (key !== 'lake') expect(text).toContain(`variable: ${optionVariable(key)}\n`);
  }
  const [, limits = ''] = text.split('# Limits\n');
  await writeFile(
    join(cwd, 'hitparade.yaml'),
    `lake: .\n${limits.replaceAll(/^# ([a-z-]+: )/gm, '$1').replaceAll(/^default: .*/gm, '')}`,
  );
  const { fake } = await invoke(['status'], { cwd });
  expect(fake.opened).toEqual((await invoke(['status', '--lake', cwd])).fake.opened);
});

const refusals: readonly (readonly [string, readonly string[], Record<string, string>, string])[] = [
  [
    'no lake anywhere',
    ['status'],
    {},
    'error: no lake given: neither --lake, nor HITPARADE_LAKE, nor a config file says where the files are\n' +
      'hint: run `hitparade init`, or pass --lake <dir>\n',
  ],
  [
    'a lake on S3',
    ['run', '--lake', 's3://bucket/x'],
    {},
    "error: --lake is 's3://bucket/x': lakes on S3 are not available in this version\nhint: pass --lake <dir>\n",
  ],
  [
    'the spark engine',
    ['run', '--lake', '.', '--engine', 'spark'],
    {},
    "error: --engine is 'spark': this version has the duckdb engine only\nhint: leave the engine out, or say duckdb\n",
  ],
  [
    'an unknown rule for a known name',
    ['run', '--lake', '.', '--on-same-name', 'overwrite'],
    {},
    "error: --on-same-name is 'overwrite'; allowed: append, replace, reject\n",
  ],
  [
    'a memory limit without a unit, from a variable',
    ['run', '--lake', '.'],
    { HITPARADE_MEMORY_LIMIT: '512' },
    "error: HITPARADE_MEMORY_LIMIT is '512'; allowed: a number with a unit, such as 512MB or 1GB\n",
  ],
  [
    'no threads at all',
    ['run', '--lake', '.', '--threads', '0'],
    {},
    "error: --threads is '0'; allowed: a whole number from 1 to 1024\n",
  ],
  [
    'a limit that nothing could keep',
    ['run', '--lake', '.', '--max-rows', '0'],
    {},
    "error: --max-rows is '0'; allowed: a whole number of at least 1\n",
  ],
  [
    'a row longer than this machine should hold',
    ['run', '--lake', '.'],
    { HITPARADE_MAX_ROW_BYTES: '65MiB' },
    "error: HITPARADE_MAX_ROW_BYTES is '65MiB'; allowed: a size such as 64KiB, 1MiB, 10GiB or a number of bytes, at most 64MiB\n",
  ],
  [
    'half a byte',
    ['run', '--lake', '.', '--max-field-bytes', '0.3KiB'],
    {},
    "error: --max-field-bytes is '0.3KiB'; allowed: a size such as 64KiB, 1MiB, 10GiB or a number of bytes, at most 64MiB\n",
  ],
];

test.each(refusals)('refuses %s, with exit code 2', async (_, argv, env, message) => {
  const { code, stderr, stdout, fake } = await invoke(argv, { env });
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: message });
  expect(fake.opened).toEqual([]);
});

test('an unknown key of the config file is refused with the near miss', async () => {
  const { code, stderr } = await invoke(['status'], { cwd: await withConfig('lake: .\nmemoryLimit: 1GB\n') });
  expect(code).toBe(2);
  expect(stderr).toBe(
    "error: config file hitparade.yaml has an unknown option 'memoryLimit'\nhint: did you mean 'memory-limit'?\n",
  );
});

test('an invalid value of the config file says where it stands', async () => {
  const { stderr } = await invoke(['status'], { cwd: await withConfig('lake: .\nthreads: many\n') });
  expect(stderr).toBe(
    "error: 'threads' in hitparade.yaml is 'many'; allowed: a whole number from 1 to 1024\n",
  );
});

test('a mistyped lake does not become a new one', async () => {
  const { code, stderr, cwd, fake } = await invoke(['run', '--lake', 'lkae']);
  expect(code).toBe(2);
  expect(stderr).toBe(
    `error: the lake ${join(cwd, 'lkae')} does not exist\n` +
      'hint: check the path, or make a lake there: `hitparade init lkae`\n',
  );
  expect(fake.opened).toEqual([]);
});

test('a lake that is a file is called one', async () => {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'f'), '');
  expect(await invoke(['run', '--lake', 'f'], { cwd })).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      `error: the lake ${join(cwd, 'f')} is a file, not a directory\n` +
      'hint: name the directory that holds raw/, not a file in it\n',
  });
  expect(await invoke(['run', '--lake', 'f/below'], { cwd })).toMatchObject({
    code: 2,
    stderr: `error: the lake ${join(cwd, 'f/below')} cannot be: something above it is a file\nhint: check the path\n`,
  });
});

test.each([
  [['init', 'f']],
  [['init', 'f/below']],
  [['generate', '--plays', '100', '--days', '1', '--out', 'f']],
])('%j where a file stands is wrong usage', async (argv) => {
  const cwd = await temporaryDirectory();
  await writeFile(join(cwd, 'f'), '');
  const { code, stderr } = await invoke(argv, { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('a file stands where a directory must be');
});

test('an unknown variable of ours is refused with the near miss', async () => {
  const { code, stderr, stdout, fake } = await invoke(['status', '--lake', '.'], {
    env: { HITPARADE_LAK: 'x' },
  });
  expect({ code, stdout, opened: fake.opened }).toEqual({ code: 2, stdout: '', opened: [] });
  expect(stderr).toBe("error: unknown variable HITPARADE_LAK\nhint: did you mean 'HITPARADE_LAKE'?\n");
  const far = await invoke(['status', '--lake', '.'], { env: { HITPARADE_COLOUR_SCHEME: 'x' } });
  expect(far.stderr).toMatch(/^error: unknown variable HITPARADE_COLOUR_SCHEME\nhint: known variables: /);
  expect(far.stderr).toContain('HITPARADE_CONFIG, HITPARADE_LAKE, ');
});

test('what a cluster tells its programs of a service called hitparade is no mistake', async () => {
  const env = {
    HITPARADE_SERVICE_HOST: '10.0.0.1',
    HITPARADE_SERVICE_PORT: '8000',
    HITPARADE_SERVICE_PORT_HTTP: '8000',
    HITPARADE_PORT: 'tcp://10.0.0.1:8000',
    HITPARADE_PORT_8000_TCP: 'tcp://10.0.0.1:8000',
    HITPARADE_PORT_8000_TCP_ADDR: '10.0.0.1',
    HITPARADE_ANYTHING_EMPTY: '',
  };
  expect(await invoke(['status', '--lake', '.'], { env })).toMatchObject({ code: 0 });
  expect(await invoke(['status', '--lake', '.'], { env: { HITPARADE_PORT: '8000' } })).toMatchObject({
    code: 2,
  });
});

test('help and version need no variables that are right', async () => {
  expect(await invoke(['--help'], { env: { HITPARADE_LAK: 'x' } })).toMatchObject({ code: 0, stderr: '' });
});
