import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hitparade, start } from '../cli-e2e/support/program.ts';
import { SEED } from './support/budget.ts';
import { inDirectory } from './support/directory.ts';
import { inTwoLanes } from './support/lanes.ts';
import { type Outcome, outcomeOf } from './support/outcome.ts';
import { isQuiet } from './support/quiet.ts';
import { drop, type Files, FIRST, SECOND, THIRD } from './support/scenario.ts';
import { standingStill } from './support/standing-still.ts';
import { Tally } from './support/tally.ts';

const LEASE_SECONDS = 3;
const env = { HITPARADE_LEASE_SECONDS: String(LEASE_SECONDS) };
const RUN = ['run', '--lake', 'lake', '--quiet'];
/** Done, done with a file refused, or given up because somebody else has taken over. */
const MAY_END_WITH = [0, 3, 75];

/** Where the first runner stands still: a step, as `stand-still.mjs` tells it, and which of its kind. */
interface Point {
  readonly phase: string;
  readonly at: string;
  readonly nth?: number;
}

const DAY = 'date=2024-06-25';
/** Phases in which the file before is being judged. */
const TAKING: readonly string[] = ['claim', 'validate'];
/** The first runner has the second files: a new catalogue and `g.csv`. The log has seven entries before. */
const POINTS: readonly Point[] = [
  { phase: 'claim', at: 'before request UpdateItem .*ProcessedStreams.*"g\\.csv"' },
  { phase: 'claim', at: 'after request UpdateItem .*ProcessedStreams.*"g\\.csv"' },
  { phase: 'validate', at: 'before open .*/raw/streams/g\\.csv' },
  // Of the catalogue, then of the plays.
  { phase: 'validate', at: 'before open .*/_staging/[^/]*/part\\.parquet' },
  { phase: 'validate', at: 'before open .*/_staging/[^/]*/parts-1\\.parquet' },
  { phase: 'commit', at: 'before link .*/_log/000000000009\\.json' },
  { phase: 'commit', at: 'after link .*/_log/000000000009\\.json' },
  { phase: 'make visible', at: `before link .*/validated/streams/${DAY}/g-9` },
  { phase: 'make visible', at: `after link .*/validated/streams/${DAY}/g-9` },
  { phase: 'publish lock', at: 'after link .*/publish\\.lock' },
  { phase: 'transform', at: 'before rename .*/_publications/2024-06-25' },
  { phase: 'transform', at: `before rename .*/processed/top_songs/${DAY}` },
  { phase: 'transform', at: `after rename .*/processed/top_songs/${DAY}` },
  { phase: 'transform', at: 'before rename .*/_publications/2024-06-25', nth: 2 },
  { phase: 'load', at: 'before request UpdateItem .*PublishedDates.*2024-06-25' },
  { phase: 'load', at: 'after request UpdateItem .*PublishedDates.*2024-06-25' },
  { phase: 'load', at: 'before request TransactWriteItems .*TopSongsPerGenre' },
  { phase: 'load', at: 'after request TransactWriteItems .*TopSongsPerGenre' },
  { phase: 'load', at: 'before request UpdateItem .*PublishedDates.*2024-06-25', nth: 2 },
  { phase: 'mark', at: 'before request PutItem .*ProcessedStreams.*"g\\.csv"' },
  { phase: 'archive', at: 'before link .*/archive/.*/g\\.csv' },
  { phase: 'archive', at: 'before rename .*/raw/streams/g\\.csv' },
  { phase: 'archive', at: 'after rename .*/raw/streams/g\\.csv' },
  { phase: 'settle', at: 'before rename .*/checkpoint/latest\\.json' },
];

test('a runner that stands still past its lease changes nothing when it goes on', async () => {
  await inDirectory('prepared', async (cwd) => {
    const prepared = join(cwd, 'lake');
    await runOn(cwd, FIRST);
    const begun = join(cwd, 'begun');
    await cp(prepared, begun, { recursive: true, preserveTimestamps: true });
    for (const files of [SECOND, THIRD]) await runOn(cwd, files);
    const expected = await outcomeOf(prepared);

    const tally = new Tally(`stood still past the lease, seed ${SEED}`);
    await inTwoLanes(POINTS, (point) =>
      inDirectory(`${point.at} ${point.nth ?? 1}`, async (cwd) => {
        await cp(begun, join(cwd, 'lake'), { recursive: true, preserveTimestamps: true });
        tally.add('it ended with', String(await tried(cwd, point, expected)));
        tally.add('by phase', point.phase);
      }),
    );
    tally.print();
    expect(tally.total('by phase')).toBe(POINTS.length);
  });
});

async function runOn(cwd: string, files: Files): Promise<void> {
  await drop(join(cwd, 'lake'), files);
  const { code, stderr } = await hitparade(RUN, { cwd });
  expect([0, 3], stderr).toContain(code);
}

/** Returns what the runner that stood still ended with. */
async function tried(cwd: string, { phase, at, nth = 1 }: Point, expected: Outcome): Promise<number | null> {
  // Who stands still must not be the one that serves the tables to the other.
  const host = start(['dynamodb', '--lake', 'lake', '--json'], { cwd });
  await host.until('stdout', '\n');
  await drop(join(cwd, 'lake'), SECOND);
  const slow = await standingStill(RUN, { cwd, env }, at, nth);
  // Its catalogue may still be in work: dropped now, the third would replace one that nobody has taken.
  if (TAKING.includes(phase)) await finishedByAnother(cwd);
  await drop(join(cwd, 'lake'), THIRD);
  await finishedByAnother(cwd);

  slow.kill('SIGCONT');
  const { code, stderr } = await slow.ended();
  expect(MAY_END_WITH, `${at}: ${stderr}`).toContain(code);
  host.kill('SIGTERM');
  await host.ended();
  const { owned, ...found } = await outcomeOf(join(cwd, 'lake'));
  expect(owned, at).toHaveLength(expected.owned.length);
  expect({ ...found, owned: expected.owned }, at).toEqual(expected);
  return code;
}

/** Runs until all is done, the last time when the lease is over. */
async function finishedByAnother(cwd: string): Promise<void> {
  const since = performance.now();
  let quiet = false;
  let begun = 0;
  while (!quiet || begun < LEASE_SECONDS * 1000) {
    begun = performance.now() - since;
    const { code, stderr } = await hitparade(RUN, { cwd, env });
    expect(MAY_END_WITH, stderr).toContain(code);
    quiet = await isQuiet('lake', { cwd });
  }
}
