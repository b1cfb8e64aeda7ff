import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { hitparade } from '../cli-e2e/support/program.ts';
import { BUDGET, randomOf, SEED, shuffled } from './support/budget.ts';
import { inDirectory } from './support/directory.ts';
import { inTwoLanes } from './support/lanes.ts';
import { type Outcome, outcomeOf } from './support/outcome.ts';
import { leavesATrace, phaseOf } from './support/phase.ts';
import { drop, FIRST } from './support/scenario.ts';
import { type Call, requireStrace, traced } from './support/strace.ts';
import { Tally } from './support/tally.ts';

const RUN = ['run', '--lake', 'lake', '--quiet'];
/** Done, but one file of the scenario is refused. */
const REJECTED = 3;
/** Every so many tries the recovery dies as well. */
const SECOND_DEATH = 5;

beforeAll(requireStrace);

test(
  `killed at any of ${BUDGET} system calls, the next run ends as if nothing had happened`,
  async () => {
    const { points, expected } = await uninterrupted();
    const tally = new Tally(`killed at the system call, seed ${SEED}, ${points.length} calls to choose from`);
    const random = randomOf('second death');
    await inTwoLanes(untilKilled(points, tally), async (point) => {
      const again = tally.total('by call') % SECOND_DEATH === 0 ? chosen(points, random) : undefined;
      await tried(point, again, expected, tally);
    });
    tally.print();
    expect(tally.total('by call')).toBeGreaterThanOrEqual(BUDGET);
  },
  60_000 + BUDGET * 10_000,
);

/** What the scenario's calls are, and how it ends. */
async function uninterrupted(): Promise<{ points: readonly Call[]; expected: Outcome }> {
  return inDirectory('uninterrupted', async (cwd) => {
    await drop(join(cwd, 'lake'), FIRST);
    const { code, stderr, calls } = await traced(RUN, { cwd, trace: join(cwd, 'trace') });
    expect({ code, stderr }).toMatchObject({ code: REJECTED });
    return { points: spread(calls.filter(leavesATrace)), expected: await outcomeOf(join(cwd, 'lake')) };
  });
}

/** Near the end of its thread a run may make one call less than another; then nobody died. */
function tried({ name, nth }: Call, again: Call | undefined, expected: Outcome, tally: Tally): Promise<void> {
  const about = `killed at ${name} ${nth}${again === undefined ? '' : `, then at ${again.name} ${again.nth}`}`;
  return inDirectory(about, async (cwd) => {
    const lake = join(cwd, 'lake');
    await drop(lake, FIRST);
    const kill = (call: string, n: number) =>
      traced(RUN, { cwd, trace: join(cwd, 'trace'), inject: `${call}:signal=KILL:when=${n}` });
    const first = await kill(name, nth);
    if (first.code !== null) {
      tally.add('not reached', name);
      expect(first.code, first.stderr).toBe(REJECTED);
    } else {
      const hit = first.calls.findLast((call) => call.name === name && call.nth === nth);
      tally.add('by call', name);
      tally.add('by phase', hit === undefined ? 'between' : phaseOf(hit));
      if (again !== undefined) {
        const second = await kill(again.name, again.nth);
        tally.add('recovery killed', second.code === null ? again.name : 'not reached');
      }
    }
    const after = await hitparade(RUN, { cwd });
    expect([0, REJECTED], after.stderr).toContain(after.code);
    expect(await outcomeOf(lake)).toEqual(expected);
  });
}

/** So ordered that any first part of the list holds every kind of call in every phase. */
function spread(calls: readonly Call[]): readonly Call[] {
  const random = randomOf('points');
  const seen = new Map<string, number>();
  return shuffled(calls, random)
    .map((call) => {
      const kind = `${call.name} ${phaseOf(call)}`;
      const round = seen.get(kind) ?? 0;
      seen.set(kind, round + 1);
      return { call, round };
    })
    .toSorted((a, b) => a.round - b.round)
    .map(({ call }) => call);
}

function chosen(points: readonly Call[], random: () => number): Call {
  const point = points[Math.floor(random() * points.length)];
  if (point === undefined) throw new Error('no calls to choose from');
  // A recovery has less to do than the first run.
  return { ...point, nth: Math.ceil(point.nth / 3) };
}

/** The points, and again from the first, for as long as too few processes have died. */
function* untilKilled(points: readonly Call[], tally: Tally): Generator<Call> {
  while (points.length > 0)
    for (const point of points) {
      if (tally.total('by call') >= BUDGET) return;
      yield point;
    }
}
