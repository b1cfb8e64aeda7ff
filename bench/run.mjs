// `npm run bench`: hitparade beside what people would write otherwise, in one run on one machine.
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { Bench, Skipped } from './bench.mjs';
import { describeMachine } from './machine.mjs';
import { readOptions, usage } from './options.mjs';
import { present } from './report.mjs';
import { scenarios } from './scenarios/index.mjs';

/**
 * @typedef {import('./report.mjs').Outcome} Outcome
 * @typedef {import('./report.mjs').Report} Report
 */

/** @param {string} message */
const say = (message) => process.stderr.write(`${message}\n`);

/**
 * @param {import('./scenarios/scenario.mjs').Scenario} scenario
 * @param {Bench} bench
 * @returns {Promise<Outcome>}
 */
async function attempt(scenario, bench) {
  const { name } = scenario;
  say(name);
  try {
    return { scenario: name, rows: await scenario.run(bench), skipped: null, failed: null };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof Skipped) return { scenario: name, rows: [], skipped: text, failed: null };
    say(`${name} failed: ${text}`);
    return { scenario: name, rows: [], skipped: null, failed: text };
  }
}

/**
 * @param {import('./options.mjs').BenchOptions} options
 * @returns {Promise<Report>}
 */
async function run({ only, scale, json: _, ...settings }) {
  const bench = new Bench({ only, scale, json: _, ...settings }, say);
  const machine = describeMachine();
  const chosen = scenarios.filter(({ name, usual }) =>
    only.length > 0 ? only.includes(name) : usual || (scale && name === 'scale'),
  );
  await mkdir(bench.home, { recursive: true });
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const scenario of chosen) outcomes.push(await attempt(scenario, bench));
  await rm(path.join(bench.home, 'work'), { recursive: true, force: true });
  return { machine, settings, scenarios: outcomes };
}

try {
  const options = readOptions(
    process.argv.slice(2),
    scenarios.map(({ name }) => name),
  );
  if (options === undefined) {
    process.stdout.write(usage(scenarios));
  } else {
    const report = await run(options);
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : present(report));
    // A goal that is missed is a result; a side that fails is not.
    if (report.scenarios.some(({ failed }) => failed !== null)) process.exitCode = 1;
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
