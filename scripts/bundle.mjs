// Bundles the program: whoever asks for help or a status waits for files to be found and read, so a few chunks
// stand in the place of several hundred modules. See docs/decisions/0020-one-bundle.md.
//
// usage: node scripts/bundle.mjs [directory], default dist/
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { rolldown } from 'rolldown';

/** Native, or large and loaded only where a lake is worked on, or found by path: these stay packages. */
const PACKAGES = [/^@aws-sdk\//, /^@duckdb\//, /^dynalite\b/, 'pino'];

/** Chunks of their own, so that what is loaded late can be seen by its name. */
const LATE = ['zod', 'yaml', 'ora'];

const project = path.join(import.meta.dirname, '..');
const directory = process.argv[2] ?? path.join(project, 'dist');

const bundle = await rolldown({
  cwd: project,
  input: {
    'cli/main': 'src/cli/main.ts',
    index: 'src/index.ts',
    'samples/generate': 'src/samples/generate.ts',
  },
  external: PACKAGES,
  platform: 'node',
});
const { output } = await bundle.generate({
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name].js',
  codeSplitting: {
    groups: LATE.map((name) => ({ name, test: new RegExp(`[\\\\/]node_modules[\\\\/]${name}[\\\\/]`) })),
  },
});
await bundle.close();

for (const file of output) {
  if (file.type !== 'chunk') throw new Error(`${file.fileName} is no code: nothing ships it`);
  const target = path.join(directory, file.fileName);
  // What did not change is left alone: another process may be running it.
  if ((await readFile(target, 'utf8').catch(absent)) === file.code) continue;
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, file.code);
}

/** @param {unknown} error */
function absent(error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
