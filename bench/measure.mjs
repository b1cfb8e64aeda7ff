import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { ProcessTree, endedChildrenCpuSeconds } from './process-tree.mjs';

const LINUX = process.platform === 'linux';
/** How long a helper, such as a Java machine, may take to notice that its caller has ended. */
const SURVIVORS_MS = 20_000;

/**
 * @typedef {object} Measurement
 * @property {number} seconds from start to end of the whole process
 * @property {number | null} cpuSeconds of all its processes; null where there is no /proc
 * @property {number | null} heldBytes resident memory of all its processes at one time, at most, looked at every 50 ms
 * @property {number | null} peakBytes the same from the kernel's own peaks; never too low
 *
 * @typedef {object} Command
 * @property {string} program
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string | undefined>>} [env] besides this process's own
 * @property {readonly number[]} [allowed] exit codes, default 0 alone
 */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => process.exit(signal === 'SIGINT' ? 130 : 143));
}

/**
 * A child that ends with this process, whatever ends it.
 * @param {Command} command
 * @param {import('node:child_process').StdioOptions} stdio
 */
export function start({ program, args, env = {} }, stdio) {
  const child = spawn(program, args, { stdio, env: { ...process.env, ...env } });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

/**
 * Runs a command as a process of its own.
 * @param {Command} command
 * @param {string} logs directory for what it prints
 * @returns {Promise<{ measurement: Measurement, stdout: string }>}
 * @throws Error with the command's own output if it ends otherwise than allowed
 */
export async function measure(command, logs) {
  await mkdir(logs, { recursive: true });
  const [out, err] = [path.join(logs, 'stdout'), path.join(logs, 'stderr')];
  const files = [openSync(out, 'w'), openSync(err, 'w')];
  // What was written before this run must not slow it.
  if (LINUX) spawnSync('sync');
  const cpuBefore = LINUX ? endedChildrenCpuSeconds() : 0;
  const started = performance.now();
  const child = start(command, ['ignore', ...files]);
  const tree = LINUX && child.pid !== undefined ? new ProcessTree(child.pid) : undefined;
  const ended = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? signal));
  }).finally(() => {
    for (const file of files) closeSync(file);
  });
  const seconds = (performance.now() - started) / 1000;
  const use = tree?.stop();
  const cpuOfEnded = LINUX ? endedChildrenCpuSeconds() - cpuBefore : 0;
  if (tree !== undefined) await untilGone(tree, command);
  const stdout = await readFile(out, 'utf8');
  if (!(command.allowed ?? [0]).includes(ended)) {
    const text = `${stdout}\n${await readFile(err, 'utf8')}`.trim().slice(-4000);
    throw new Error(`${command.program} ${command.args.join(' ')} ended with ${ended}:\n${text}`);
  }
  return {
    measurement: {
      seconds,
      // The kernel's count is exact, but has only what was waited for.
      cpuSeconds: use === undefined ? null : Math.max(use.cpuSeconds, cpuOfEnded),
      heldBytes: use?.heldBytes ?? null,
      peakBytes: use?.peakBytes ?? null,
    },
    stdout,
  };
}

/**
 * @param {ProcessTree} tree
 * @param {Command} command
 */
async function untilGone(tree, command) {
  for (let waited = 0; tree.survivors().length > 0; waited += 100) {
    if (waited >= SURVIVORS_MS)
      throw new Error(`${command.program} left ${tree.survivors().join(', ')} running`);
    await wait(100);
  }
}
