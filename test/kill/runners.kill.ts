import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { hitparade, type Running, start } from '../cli-e2e/support/program.ts';
import { randomOf, scaled, SEED } from './support/budget.ts';
import { inDirectory } from './support/directory.ts';
import { manyFiles } from './support/many-files.ts';
import { outcomeOf, withoutOrder } from './support/outcome.ts';
import { isQuiet } from './support/quiet.ts';
import { drop } from './support/scenario.ts';
import { Tally } from './support/tally.ts';

const RUN = ['run', '--lake', 'lake', '--quiet'];
/** Done, done with files refused, or somebody else was in the way. */
const MAY_END_WITH = [0, 3, 75];

interface Scenario {
  readonly title: string;
  readonly files: number;
  readonly runners: number;
  /** Of each round, who dies at a random moment. */
  readonly dies?: 'a runner' | 'the host of the tables';
  /** Whether `dynamodb` serves the tables, so that the runners do not. */
  readonly served: boolean;
}

const SCENARIOS: readonly Scenario[] = [
  { title: 'three runners', files: scaled(500), runners: 3, served: false },
  { title: 'four runners beside dynamodb', files: scaled(100), runners: 4, served: true },
  {
    title: 'three runners, one killed each round',
    files: scaled(100),
    runners: 3,
    served: false,
    dies: 'a runner',
  },
  {
    title: 'two runners whose host is killed',
    files: scaled(100),
    runners: 2,
    served: true,
    dies: 'the host of the tables',
  },
];

test.each(SCENARIOS)(
  '$title over one lake lose nothing and count nothing twice',
  async (scenario) => {
    const { title, files, served, dies } = scenario;
    await inDirectory(title, async (cwd) => {
      const lake = join(cwd, 'lake');
      await drop(lake, manyFiles(files, randomOf(title)));
      await cp(lake, join(cwd, 'alone'), { recursive: true, preserveTimestamps: true });
      const tally = new Tally(`${title}, ${files} files, seed ${SEED}`);
      const random = randomOf(`${title}, deaths`);
      for (let round = 1; round === 1 || !(await isDone(cwd)); round++) {
        const host = served ? await serving(cwd) : undefined;
        const runners = Array.from({ length: scenario.runners }, () => start(RUN, { cwd }));
        const beside = Promise.all([
          watched(cwd, runners, tally),
          ...runners.map((runner) => runner.ended()),
        ]);
        // Only while nobody has finished: else the rounds would never end.
        const victim = round > 3 || dies === undefined ? undefined : dies === 'a runner' ? runners[0] : host;
        if (victim !== undefined) {
          await wait(500 + random() * 2500);
          victim.kill('SIGKILL');
        }
        const [, ...ended] = await beside;
        for (const { code, stderr } of ended) {
          tally.add('runners ended with', String(code));
          if (code !== null) expect(MAY_END_WITH, stderr).toContain(code);
        }
        host?.kill('SIGTERM');
        await host?.ended();
        tally.add('rounds', 'all');
      }
      const alone = await hitparade(['run', '--lake', 'alone', '--quiet'], { cwd });
      expect([0, 3], alone.stderr).toContain(alone.code);
      expect(withoutOrder(await outcomeOf(lake))).toEqual(withoutOrder(await outcomeOf(join(cwd, 'alone'))));
      tally.print();
    });
  },
  600_000,
);

async function serving(cwd: string): Promise<Running> {
  const host = start(['dynamodb', '--lake', 'lake', '--json'], { cwd });
  await host.until('stdout', '\n');
  return host;
}

async function isDone(cwd: string): Promise<boolean> {
  const left = await readdir(join(cwd, 'lake', 'raw', 'streams'));
  return left.length === 0 && (await isQuiet('lake', { cwd }));
}

/** Looks at the lake for as long as somebody works on it: no look may fail for anything but missing tables. */
async function watched(cwd: string, runners: readonly Running[], tally: Tally): Promise<void> {
  const over = new AbortController();
  const ended = Promise.allSettled(runners.map((runner) => runner.ended())).then(() => {
    over.abort();
  });
  while (!over.signal.aborted) {
    for (const look of [['status'], ['show', 'top-genres', '--date', '2024-06-25']]) {
      const { code, stderr } = await hitparade([...look, '--lake', 'lake', '--json'], { cwd });
      expect([0, 75], stderr).toContain(code);
      tally.add('looks', `${look[0] ?? ''} ${String(code)}`);
    }
  }
  await ended;
}
