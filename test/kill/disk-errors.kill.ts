import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { hitparade } from '../cli-e2e/support/program.ts';
import { randomOf, scaled, SEED, shuffled } from './support/budget.ts';
import { inDirectory } from './support/directory.ts';
import { inTwoLanes } from './support/lanes.ts';
import { type Outcome, outcomeOf, withoutOrder } from './support/outcome.ts';
import { leavesATrace, phaseOf } from './support/phase.ts';
import { drop, FIRST } from './support/scenario.ts';
import { assertNoHalves } from './support/sound.ts';
import { type Call, requireStrace, traced } from './support/strace.ts';
import { Tally } from './support/tally.ts';

const RUN = ['run', '--lake', 'lake', '--quiet'];
const REJECTED = 3;
const FULL = 75;
const ERRORS = ['ENOSPC', 'EIO'] as const;
/**
 * Calls that a broken or full disk can refuse. Not `write`: what strace would count are above all the signals
 * between threads. `full-disk.kill.ts` has real ones.
 */
const REFUSED = ['fsync', 'link', 'mkdir', 'rename'] as const;
const TRIES_EACH = scaled(3);

beforeAll(requireStrace);

interface Try {
  readonly call: Call;
  readonly error: (typeof ERRORS)[number];
}

test('a call that the disk refuses ends the run with a reason, nothing is half there, the next run goes on', async () => {
  const { calls, expected } = await uninterrupted();
  const random = randomOf('disk errors');
  const tries = REFUSED.flatMap((name) =>
    ERRORS.flatMap((error) =>
      shuffled(
        calls.filter((call) => call.name === name),
        random,
      )
        .slice(0, TRIES_EACH)
        .map((call) => ({ call, error })),
    ),
  );
  const tally = new Tally(`calls refused by the disk, seed ${SEED}`);
  await inTwoLanes(tries, (one) => tried(one, expected, tally));
  tally.print();
  expect(tally.total('by call')).toBeGreaterThanOrEqual(REFUSED.length * ERRORS.length);
});

function uninterrupted(): Promise<{ calls: readonly Call[]; expected: Outcome }> {
  return inDirectory('uninterrupted', async (cwd) => {
    await drop(join(cwd, 'lake'), FIRST);
    const { code, calls, stderr } = await traced(RUN, { cwd, trace: join(cwd, 'trace') });
    expect(code, stderr).toBe(REJECTED);
    const onDisk = calls.filter((call) => leavesATrace(call) && phaseOf(call) !== 'request');
    return { calls: onDisk, expected: await outcomeOf(join(cwd, 'lake')) };
  });
}

function tried({ call: { name, nth }, error }: Try, expected: Outcome, tally: Tally): Promise<void> {
  return inDirectory(`${error} at ${name} ${nth}`, async (cwd) => {
    const lake = join(cwd, 'lake');
    await drop(lake, FIRST);
    const inject = `${name}:error=${error}:when=${nth}`;
    const { code, stderr, calls } = await traced(RUN, { cwd, trace: join(cwd, 'trace'), inject });
    const hit = calls.find((call) => call.name === name && call.nth === nth && leavesATrace(call));
    // A signal between threads that was refused instead ends Node itself.
    if (code === null || hit === undefined) tally.add('not reached', name);
    else {
      tally.add('by call', `${error} ${name}`);
      tally.add('by phase', phaseOf(hit));
      tally.add('ended with', `${error} ${code}`);
      expect(stderr).not.toMatch(/^ +at .*\.js:/m);
      // What only tidies up, or is done again, may go on.
      if (code !== REJECTED) {
        expect(error === 'ENOSPC' ? [FULL] : [1, FULL], stderr).toContain(code);
        expect(stderr).toMatch(/^error: .+\nhint: .+/m);
      }
    }
    await assertNoHalves(lake);
    const after = await hitparade(RUN, { cwd });
    expect([0, REJECTED], after.stderr).toContain(after.code);
    // A file that was refused may come after those that were not.
    expect(withoutOrder(await outcomeOf(lake))).toEqual(withoutOrder(expected));
  });
}
