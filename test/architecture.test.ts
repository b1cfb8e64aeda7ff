import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** What each part may know, as ARCHITECTURE.md says; a part's own files go without saying. */
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  csv: ['contracts'],
  engines: [],
  lake: ['contracts'],
  tables: [],
  kpis: ['engines', 'tables'],
  stages: ['contracts', 'csv', 'engines', 'kpis', 'lake', 'tables'],
  pipeline: ['contracts', 'csv', 'engines', 'kpis', 'lake', 'stages', 'tables'],
  samples: ['contracts', 'lake/zones.ts'],
  cli: ['contracts', 'pipeline', 'samples', 'lake/zones.ts'],
};

/** What any part may know. */
const COMMON: readonly string[] = ['errors.ts', 'together.ts'];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly target: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) => {
    const target = relative(SRC, resolve(SRC, dirname(file), path));
    return { file, from: file.split('/')[0] ?? '', to: target.split('/')[0] ?? '', target };
  });
});

test('every part imports only what it may know', () => {
  const wrong = imports.filter(
    ({ from, to, target }) =>
      from !== to &&
      !COMMON.includes(to) &&
      from in MAY_KNOW &&
      MAY_KNOW[from]?.some((part) => part === to || part === target) !== true,
  );
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

test('stages know the context that they share, but not each other', () => {
  const folder = (path: string): string => path.split('/').slice(0, 2).join('/');
  const wrong = imports.filter(
    ({ file, target, from, to }) =>
      from === 'stages' && to === 'stages' && folder(file) !== folder(target) && target.split('/').length > 2,
  );
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

test('kpis and contracts know no storage: of the tables only their definitions', () => {
  const wrong = imports.filter(
    ({ from, to, target }) => from === 'kpis' && to === 'tables' && target !== 'tables/definition.ts',
  );
  expect(wrong.map(({ file }) => file)).toEqual([]);
});

test('paths of the lake are made in one file', () => {
  const literal = /['"`](raw|validated|bad-records|processed|archive|_log|_staging)\//;
  const wrong = files.filter(
    (file) =>
      file !== 'lake/zones.ts' &&
      !file.startsWith('cli/') &&
      !file.startsWith('samples/') &&
      literal.test(readFileSync(join(SRC, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
  );
  expect(wrong).toEqual([]);
});

/** What the protocol is made of: a simulation can only replay it by its seed if nothing here asks the machine. */
const PROTOCOL = [
  /^stages\//,
  // The doctor looks at the machine itself, and takes part in nothing.
  /^pipeline\/(?!doctor\/)/,
  /^lake\/(log|state|entry|publication|zones|hash-object|owned-objects|read-versioned|seal)\.ts$/,
  /^tables\/(ledger.*|published-dates|sync-items|plan-items|write-.*|query|scan)\.ts$/,
];
/** Where the machine comes in: as ports, as settings, or to read one file, which is a pure function of it. */
const TOUCHES_THE_MACHINE = [
  'pipeline/system-ports.ts',
  'pipeline/session.ts',
  'pipeline/config.ts',
  'stages/validate/bad-records.ts',
];

test('time, randomness, files, processes and network reach the protocol only through its ports', () => {
  const ambient =
    /Date\.now\(|new Date\(\)|performance\.|Math\.random|randomUUID|randomBytes|\bset(Timeout|Interval|Immediate)\(|\bprocess\.|\bfetch\(|'node:(fs|os|net|http|https|http2|dns|tls|timers|child_process|worker_threads|process)(\/promises)?'|'p-retry'/;
  const wrong = files.flatMap((file) => {
    if (!PROTOCOL.some((part) => part.test(file)) || TOUCHES_THE_MACHINE.includes(file)) return [];
    const text = readFileSync(join(SRC, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const found = ambient.exec(text)?.[0];
    return found === undefined ? [] : [`${file} uses ${found}`];
  });
  expect(wrong).toEqual([]);
});
