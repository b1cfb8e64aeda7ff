import { expect, test } from 'vitest';
import type { LogEntryBody } from '../../src/lake/entry.ts';
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
    await (await CommitLog.open(lake)).unsettle();
    await commit(still, 'two');
    await still.checkpoint(2);
    expect(await settledOf(lake)).toBe(0);

    // What it must look at again it knows now, and may settle it after that.
    expect(still.settled).toBe(0);
    await still.checkpoint(2);
    expect(await settledOf(lake)).toBe(2);
  },
);

test('nothing is taken back of an empty log', async () => {
  const lake = await openLake();
  await (await CommitLog.open(lake)).unsettle();
  expect(await lake.head(CHECKPOINT)).toBeUndefined();
});

test('what others write of the checkpoint meanwhile does not keep it from being taken back', async () => {
  const lake = await openLake();
  const [first, second] = [await CommitLog.open(lake), await CommitLog.open(lake)];
  await commit(first, 'one');
  await first.checkpoint(1);
  await second.unsettle();
  expect(await settledOf(lake)).toBe(0);
});

test('a checkpoint that was removed is written again', async () => {
  const lake = await openLake();
  const log = await CommitLog.open(lake);
  await commit(log, 'one');
  await log.checkpoint(1);
  const { version = '' } = (await lake.head(CHECKPOINT)) ?? {};
  await lake.deleteIfMatch(CHECKPOINT, version);
  await commit(log, 'two');
  // The first try notices, the second makes it.
  for (const settled of [2, 2]) await log.checkpoint(settled);
  expect(await settledOf(lake)).toBe(2);
});
