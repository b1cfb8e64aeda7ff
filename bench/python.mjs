import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Skipped } from './bench.mjs';

/** @typedef {import('./bench.mjs').Bench} Bench */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {string | undefined} what it printed, undefined if it cannot be run
 */
function output(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}`.trim() : undefined;
}

/**
 * An environment with what the seed's stack needs, installed once.
 * @param {Bench} bench
 * @returns {Promise<string>} its interpreter
 * @throws Skipped if Python, Java or the packages are not to be had
 */
export async function pythonOfSeedStack(bench) {
  if (output('java', ['-version']) === undefined) throw new Skipped('Spark needs Java, and there is no java');
  if (output('python3', ['--version']) === undefined) throw new Skipped('there is no python3');
  const environment = path.join(bench.home, 'venv');
  const python = path.join(environment, 'bin', 'python');
  const requirements = path.join(bench.peers, 'seed-stack', 'requirements.txt');
  const wanted = await readFile(requirements, 'utf8');
  const marker = path.join(environment, 'installed.txt');
  if ((await readFile(marker, 'utf8').catch(() => '')) === wanted) return python;

  bench.say('installing PySpark, pandas and boto3 into .bench/venv');
  await rm(environment, { recursive: true, force: true });
  for (const [command, ...args] of /** @type {[string, ...string[]][]} */ ([
    ['python3', '-m', 'venv', environment],
    [python, '-m', 'pip', 'install', '--quiet', '--requirement', requirements],
  ])) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) continue;
    throw new Skipped(`${command} ${args.join(' ')} failed: ${stderr.trim().slice(-500)}`);
  }
  await writeFile(marker, wanted);
  return python;
}

/** Versions of what is there, for the report. */
export function describePython() {
  return {
    python: output('python3', ['--version'])?.replace('Python ', '') ?? null,
    java: output('java', ['-version'])?.split('\n')[0] ?? null,
  };
}
