import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const PRELOAD = pathToFileURL(path.join(import.meta.dirname, 'report-usage.mjs')).href;

/**
 * @typedef {object} Measurement
 * @property {number} seconds from start to end of the whole process
 * @property {number} cpuSeconds of all its processes
 * @property {number} peakBytes the peaks of its processes, added up: never less than what they held at once
 */

/**
 * Runs a Node script in a process of its own.
 * @param {string} script
 * @param {readonly string[]} args
 * @param {string} usageFile where its processes report; taken away afterwards
 * @returns {Promise<Measurement>}
 * @throws Error with the command's own output if it does not end with 0
 */
export async function measure(script, args, usageFile) {
  // What the run before left to be written must not slow this one.
  if (process.platform === 'linux') spawnSync('sync');
  await writeFile(usageFile, '');
  const inherited = process.env['NODE_OPTIONS'];
  const preload = `--import=${PRELOAD}`;
  const started = performance.now();
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_OPTIONS: inherited === undefined ? preload : `${inherited} ${preload}`,
      HITPARADE_BENCH_USAGE: usageFile,
    },
  });
  /** @type {Buffer[]} */
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const ended = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  const seconds = (performance.now() - started) / 1000;
  if (ended !== 0) {
    const text = Buffer.concat(output).toString('utf8').slice(-4000);
    throw new Error(`node ${script} ${args.join(' ')} ended with ${ended}:\n${text}`);
  }
  const reports = (await readFile(usageFile, 'utf8')).trim().split('\n').filter(Boolean).map(parseReport);
  await rm(usageFile);
  if (reports.length === 0) throw new Error(`node ${script} reported no memory or processor use`);
  return {
    seconds,
    cpuSeconds: reports.reduce((all, report) => all + report.cpuSeconds, 0),
    peakBytes: reports.reduce((all, report) => all + report.peakBytes, 0),
  };
}

/**
 * @param {string} line
 * @returns {{ peakBytes: number, cpuSeconds: number }}
 */
function parseReport(line) {
  return JSON.parse(line);
}
