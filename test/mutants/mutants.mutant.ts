import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mutants } from './list.ts';
import { SUITES, type SuiteName } from './mutant.ts';

const PROJECT = join(import.meta.dirname, '../..');
const VITEST = join(PROJECT, 'node_modules/vitest/vitest.mjs');

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

/** Runs a suite, with a mistake in place or without. */
async function runSuite(name: SuiteName, mutant?: string): Promise<Outcome> {
  const { project, filter, budget } = SUITES[name];
  const directory = await mkdtemp(join(tmpdir(), 'hitparade-mutant-'));
  try {
    const report = join(directory, 'report.json');
    const args = [
      'run',
      '--project',
      project,
      ...filter.split(' '),
      '--bail=1',
      '--reporter=json',
      `--outputFile=${report}`,
    ];
    const env = {
      ...process.env,
      ...(budget === 0 ? {} : { HITPARADE_BUDGET: String(budget) }),
      ...(mutant === undefined ? {} : { HITPARADE_MUTANT: mutant }),
    };
    const output = await ended(args, env);
    const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(await readFile(report, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
    };
    return { passed, failed, output };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function ended(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [VITEST, ...args], {
      cwd: PROJECT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.once('error', reject);
    child.once('close', () => {
      resolve(output);
    });
  });
}

const caught: string[] = [];
afterAll(() => {
  process.stdout.write(`mutants: ${caught.length} of ${mutants.length} caught\n`);
});

test.each([...new Set(mutants.map(({ suite }) => suite))])(
  'without a mistake the suite %s passes',
  async (suite) => {
    const { passed, failed, output } = await runSuite(suite);
    expect(failed, output).toBe(0);
    expect(passed).toBeGreaterThan(0);
  },
);

test.each(mutants)('$suite notices $id: $what', async ({ id, suite }) => {
  const { failed, output } = await runSuite(suite, id);
  expect(failed, output).toBeGreaterThan(0);
  caught.push(id);
});
