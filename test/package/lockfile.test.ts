import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const entrySchema = z.object({
  version: z.string(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
  link: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), entrySchema),
});
const manifestSchema = z.object({
  allowScripts: z.record(z.string(), z.boolean()),
  dependencies: z.record(z.string(), z.string()),
});

const root = join(import.meta.dirname, '../..');
const read = async (file: string): Promise<unknown> =>
  JSON.parse(await readFile(join(root, file), 'utf8')) as unknown;

const { packages } = lockSchema.parse(await read('package-lock.json'));
const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

test('every package is pinned by its hash', () => {
  expect(installed.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true)).toEqual([]);
  expect(installed.length).toBeGreaterThan(100);
});

test('packages come from the public registry, not from a mirror, a folder or a repository', () => {
  const elsewhere = installed.filter(
    ([, { resolved, link }]) =>
      link === true || resolved?.startsWith('https://registry.npmjs.org/') === false,
  );
  expect(elsewhere).toEqual([]);
});

test('native packages are pinned for every platform, not only for the one that wrote the lockfile', () => {
  const names = new Set(installed.map(([path]) => nameOf(path)));
  const missing = installed.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !names.has(name))
      .map((name) => `${name} of ${nameOf(path)}`),
  );
  expect(missing).toEqual([]);
});

test('there is one copy of DuckDB, whoever asks for it', async () => {
  const duckdb = installed.filter(([path]) => nameOf(path).startsWith('@duckdb/node-'));
  const versions = duckdb.map(([, { version }]) => version);
  expect(new Set(versions).size).toBe(1);
  expect(new Set(duckdb.map(([path]) => nameOf(path))).size).toBe(duckdb.length);
  const { dependencies } = manifestSchema.parse(await read('package.json'));
  const asked = ['@duckdb/node-api', '@duckdb/node-bindings'].map((name) => dependencies[name]);
  expect(asked).toEqual([versions[0], versions[0]]);
});

test('it was decided of every install script whether it may run, and none needs to', async () => {
  const { allowScripts } = manifestSchema.parse(await read('package.json'));
  const withScript = installed.flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript === true ? [nameOf(path)] : [],
  );
  const decided = Object.entries(allowScripts).map(([name, allowed]) => `${name}: ${String(allowed)}`);
  expect(decided.sort()).toEqual(withScript.map((name) => `${name}: false`).sort());
});
