import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BIN, BUILD, PROGRAM, PROJECT } from './paths.ts';

/** Builds the program once for all end-to-end tests; what did not change since the last time is kept. */
export async function setup(): Promise<void> {
  await mkdir(BIN, { recursive: true });
  await copyFile(join(PROJECT, 'package.json'), join(BUILD, 'package.json'));
  await compile();
  const script = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`;
  await writeFile(join(BIN, 'hitparade'), script, { mode: 0o755 });
}

async function compile(): Promise<void> {
  const bundler = join(PROJECT, 'scripts', 'bundle.mjs');
  try {
    await promisify(execFile)(process.execPath, [bundler, join(BUILD, 'dist')]);
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`the program under test does not build:\n${output}`, { cause: error });
  }
}
