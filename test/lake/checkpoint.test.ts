import { expect, test, vi } from 'vitest';
import type { LogEntryBody } from '../../src/lake/entry.ts';
import { CheckpointStuckError } from '../../src/lake/errors.ts';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { CommitLog } from '../../src/lake/log.ts';
import { CHECKPOINT } from '../../src/lake/zones.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const openLake = async (): Promise<LocalLake> => LocalLake.open(await temporaryDirectory());

async function commit(log: CommitLog, attempt: string): Promise<void> {
  const entry: LogEntryBody = {
    kind: 'rejected',
    dataset: 'streams',
    filename: `${attempt}.csv`,
    cid: 'a'.repeat(64),
    bytes: 1,
    sourceVersion: '1',
    asOf: '2026-01-05T12:00:00Z',
    at: '2026-01-05T12:00:00Z',
    attempt,
    epoch: 1,
    supersedes: [],
    archive: null,
    error: { code: 'HEADER', message: 'no header' },
  };
  await log.commit(() => entry);
}

const settledOf = async (lake: LocalLake): Promise<number> => (await CommitLog.open(lake)).settled;

test.each([
  ['in a checkpoint', 1],
  ['nowhere yet', 0],
])(
  'what was settled %s and is taken back is not settled by a runner that stood still',
  async (_, settled) => {
    const lake = await openLake();
    const first = await CommitLog.open(lake);
    await commit(first, 'one');
    await first.checkpoint(settled);

    const still = await CommitLog.open(lake);
    await (await CommitLog.open(lake)).unsettle(0);
    await commit(still, 'two');
    await still.checkpoint(2);
    expect(await settledOf(lake)).toBe(0);

    // Not later, either: only who looks at the checkpoint anew may replace it.
    await still.checkpoint(2);
    expect(await settledOf(lake)).toBe(0);
    await (await CommitLog.open(lake)).checkpoint(2);
    expect(await settledOf(lake)).toBe(2);
  },
);

test('nothing is taken back of an empty log', async () => {
  const lake = await openLake();
  await (await CommitLog.open(lake)).unsettle(0);
  expect(await lake.head(CHECKPOINT)).toBeUndefined();
});

test('what others write of the checkpoint meanwhile does not keep it from being taken back', async () => {
  const lake = await openLake();
  const [first, second] = [await CommitLog.open(lake), await CommitLog.open(lake)];
  await commit(first, 'one');
  await first.checkpoint(1);
  await second.unsettle(0);
  expect(await settledOf(lake)).toBe(0);
});

test('who has to settle less is not held up by who has settled more since', async () => {
  const lake = await openLake();
  const first = await CommitLog.open(lake);
  for (const attempt of ['one', 'two', 'three']) await commit(first, attempt);
  await first.checkpoint(2);
  const second = await CommitLog.open(lake);
  await first.checkpoint(3);
  // Lower than what it read itself.
  await second.checkpoint(1);
  expect(await settledOf(lake)).toBe(1);
  // What is settled less already is left as it is.
  await (await CommitLog.open(lake)).unsettle(0);
  await second.unsettle(1);
  expect(await settledOf(lake)).toBe(0);
});

test('a checkpoint that can never be replaced ends in an error that says what to remove', async () => {
  const lake = await openLake();
  const log = await CommitLog.open(lake);
  await commit(log, 'one');
  vi.spyOn(lake, 'putIfMatch').mockResolvedValue(undefined);
  await expect(log.unsettle(0)).rejects.toThrow(CheckpointStuckError);
  // A cache may stay as it is.
  await log.checkpoint(1);
});

test('a checkpoint that was removed is written again', async () => {
  const lake = await openLake();
  const log = await CommitLog.open(lake);
  await commit(log, 'one');
  await log.checkpoint(1);
  const { version = '' } = (await lake.head(CHECKPOINT)) ?? {};
  expect(await lake.deleteIfMatch(CHECKPOINT, version)).toBe(true);
  await commit(log, 'two');
  // Who has read another leaves it to the next.
  await log.checkpoint(2);
  expect(await lake.head(CHECKPOINT)).toBeUndefined();
  await (await CommitLog.open(lake)).checkpoint(2);
  expect(await settledOf(lake)).toBe(2);
});
