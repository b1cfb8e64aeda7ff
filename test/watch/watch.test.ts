import { getEventListeners } from 'node:events';
import { appendFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InvariantError, UsageError } from '../../src/errors.ts';
import { LakeFullError } from '../../src/lake/errors.ts';
import { CommitLog } from '../../src/lake/log.ts';
import { TablesUnavailableError } from '../../src/tables/errors.ts';
import { emptyLake, virtualWatch } from './virtual-watch.ts';

async function drop(directory: string, filename: string, text = 'x\n'): Promise<void> {
  const path = join(directory, 'raw/streams', filename);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Commits something, so that the lake has a log. */
async function begin(log: CommitLog): Promise<void> {
  await log.commit(() => ({
    kind: 'rejected',
    dataset: 'streams',
    filename: 'first.csv',
    cid: 'ab'.repeat(32),
    bytes: 1,
    sourceVersion: 'v',
    asOf: '2024-07-01T00:00:00.000Z',
    at: '2024-07-01T00:00:00.000Z',
    attempt: `${log.state.head}`,
    epoch: 1,
    supersedes: [],
    archive: null,
    error: { code: 'x', message: 'x' },
  }));
}

const withNames = ({ passes }: Awaited<ReturnType<typeof virtualWatch>>): readonly (readonly string[])[] =>
  passes.map(({ names }) => names).filter((names) => names.length > 0);

describe('a file is taken when it has settled', () => {
  test('not before its size and time stayed the same for the time of settling', async () => {
    const { lake, directory } = await emptyLake();
    await drop(directory, 'a.csv');
    const outcome = await virtualWatch(lake, {
      meanwhile: async ({ seconds, stop }) => {
        // Grows until second 20, and never stands still for five seconds.
        if (seconds % 4 === 0 && seconds <= 20) await appendFile(join(directory, 'raw/streams/a.csv'), 'y\n');
        if (seconds >= 40) stop();
      },
    });
    const taken = outcome.passes.filter(({ names }) => names.length > 0);
    expect(taken.map(({ names }) => names)).toEqual([['a.csv']]);
    expect(taken[0]?.at).toBeGreaterThanOrEqual(25);
    expect(taken[0]?.at).toBeLessThanOrEqual(27);
  });

  test('not under a temporary name, and at once after it was renamed and has settled', async () => {
    const { lake, directory } = await emptyLake();
    await drop(directory, 'a.csv.part');
    const outcome = await virtualWatch(lake, {
      meanwhile: async ({ seconds, stop }) => {
        const path = join(directory, 'raw/streams/a.csv');
        if (seconds === 30) await rename(`${path}.part`, path);
        if (seconds >= 50) stop();
      },
    });
    expect(withNames(outcome)).toEqual([['a.csv']]);
    expect(outcome.passes.at(-1)?.at).toBeGreaterThanOrEqual(35);
    expect(outcome.notices).toEqual([]);
  });

  test('not while it is shorter than its sidecar says, which is told once', async () => {
    const { lake, directory } = await emptyLake();
    await drop(directory, 'a.csv.meta.json', '{"bytes": 6}');
    await drop(directory, 'a.csv', 'x\n');
    const outcome = await virtualWatch(lake, {
      meanwhile: async ({ seconds, stop }) => {
        if (seconds === 200) await appendFile(join(directory, 'raw/streams/a.csv'), 'yyy\n');
        if (seconds >= 220) stop();
      },
    });
    expect(withNames(outcome)).toEqual([['a.csv']]);
    expect(outcome.passes.at(-1)?.at).toBeGreaterThanOrEqual(205);
    expect(outcome.notices).toEqual(['a.csv: shorter than its sidecar says: waiting for the rest of it']);
  });

  test('a file that is longer than its sidecar says, or whose sidecar is broken, is for the pass to reject', async () => {
    const { lake, directory } = await emptyLake();
    await drop(directory, 'a.csv.meta.json', '{"bytes": 1}');
    await drop(directory, 'b.csv.meta.json', '{');
    for (const name of ['a.csv', 'b.csv']) await drop(directory, name);
    const outcome = await virtualWatch(lake, {
      meanwhile: ({ seconds, stop }) => {
        if (seconds >= 20) stop();
      },
    });
    expect(withNames(outcome)).toEqual([['a.csv', 'b.csv']]);
  });
});

describe('passes', () => {
  test('one reconciles at the start and then one each minute; nothing else happens while nothing arrives', async () => {
    const { lake } = await emptyLake();
    const outcome = await virtualWatch(lake, {
      meanwhile: ({ seconds, stop }) => {
        if (seconds >= 200) stop();
      },
    });
    expect(outcome.passes.map(({ at }) => Math.round(at))).toEqual([0, 60, 120, 180]);
    expect(outcome.report).toEqual({ passes: 4, files: 0, rejected: 0, dates: 0, seconds: outcome.seconds });
    expect(outcome.notices).toEqual([]);
  });

  test('files that stay in raw as they are cause one pass, and are looked at again only on the timer', async () => {
    const { lake, directory } = await emptyLake();
    await drop(directory, 'held.csv');
    await drop(directory, '../songs/songs.csv');
    const outcome = await virtualWatch(lake, {
      meanwhile: ({ seconds, stop }) => {
        if (seconds >= 130) stop();
      },
    });
    const minute = (names: readonly string[]): readonly string[] => [...names].sort();
    expect(withNames(outcome).map(minute)).toEqual([
      ['held.csv', 'songs.csv'],
      ['held.csv', 'songs.csv'],
      ['held.csv', 'songs.csv'],
    ]);
    expect(outcome.passes.map(({ at }) => Math.round(at))).toEqual([0, 5, 60, 120]);
  });

  test('strangers cause none, and are told of once', async () => {
    const { lake, directory } = await emptyLake();
    await drop(directory, 'readme.txt');
    const outcome = await virtualWatch(lake, {
      meanwhile: ({ seconds, stop }) => {
        if (seconds >= 130) stop();
      },
    });
    expect(withNames(outcome)).toEqual([]);
    expect(outcome.notices).toHaveLength(1);
  });

  test('a pass takes no more than 250 files, and the next one follows at once', async () => {
    const { lake, directory } = await emptyLake();
    for (let i = 0; i < 300; i++) await drop(directory, `${i}.csv`, '');
    const outcome = await virtualWatch(lake, {
      meanwhile: ({ seconds, stop }) => {
        if (seconds >= 20) stop();
      },
    });
    const taken = outcome.passes.filter(({ names }) => names.length > 0);
    expect(taken.map(({ names }) => names.length)).toEqual([250, 50]);
    expect(taken[0]?.at).toBe(taken[1]?.at);
  });
});

describe('troubles', () => {
  const full = (): Error => new LakeFullError('write _log/1', new Error('ENOSPC'));
  const unreachable = (n: number): Error =>
    new TablesUnavailableError(`no answer after ${n} tries`, 'unreachable', { hint: 'Check the address.' });

  test.each([
    ['a full disk', full],
    ['a full disk that only the engine met', () => new Error('IO Error: No space left on device')],
    ['tables that do not answer', unreachable],
  ])('%s is told once, waited out with growing delays, and work goes on by itself', async (_, make) => {
    const { lake, directory } = await emptyLake();
    await drop(directory, 'a.csv');
    let tries = 0;
    const outcome = await virtualWatch(lake, {
      meanwhile: ({ seconds, stop }) => {
        if (seconds >= 500) stop();
      },
      pass: (names) => {
        if (names.length > 0 && (tries += 1) <= 9) throw make(tries);
      },
    });
    expect(outcome.error).toBeUndefined();
    const at = outcome.passes.filter(({ names }) => names.length > 0).map((pass) => pass.at);
    const waits = at.slice(1, 10).map((time, index) => Math.round(time - (at[index] ?? 0)));
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(outcome.notices).toHaveLength(2);
    expect(outcome.notices[1]).toBe('watch: going on');
    expect(outcome.closed).toBe(9);
  });

  test('the same unexpected error three times in a row ends it, another one in between does not', async () => {
    const { lake } = await emptyLake();
    const errors = ['a 1', 'a 2', 'b', 'a 3', 'a 4', undefined, 'a 5', 'a 6', 'a 7', 'never'];
    let pass = 0;
    const outcome = await virtualWatch(lake, {
      reconcileSeconds: 1,
      meanwhile: () => undefined,
      pass: () => {
        const message = errors[pass++];
        if (message !== undefined) throw new InvariantError(message);
      },
    });
    expect(outcome.error).toEqual(new InvariantError('a 7'));
    expect(outcome.passes).toHaveLength(9);
  });

  test('a wrong configuration ends it at once when it has just been started', async () => {
    const { lake } = await emptyLake();
    const outcome = await virtualWatch(lake, {
      meanwhile: () => undefined,
      pass: () => {
        throw new UsageError('tables of another lake');
      },
    });
    expect(outcome.error).toBeInstanceOf(UsageError);
    expect(outcome.passes).toHaveLength(1);
  });

  test('a raw folder that vanishes and comes back is no trouble', async () => {
    const { lake, directory } = await emptyLake();
    await drop(directory, 'a.csv');
    const outcome = await virtualWatch(lake, {
      meanwhile: async ({ seconds, stop }) => {
        if (seconds === 2) await rename(join(directory, 'raw'), join(directory, 'away'));
        if (seconds === 70) await rename(join(directory, 'away'), join(directory, 'raw'));
        if (seconds >= 90) stop();
      },
    });
    expect(withNames(outcome)).toEqual([['a.csv']]);
    expect(outcome.notices).toEqual([]);
  });

  test.each([
    ['an empty directory in its place, as after an unmount', (path: string) => mkdir(path)],
    ['nothing in its place', () => Promise.resolve()],
  ])('a lake that is gone, with %s, is waited for; nothing is written there', async (_, putThere) => {
    const { lake, directory } = await emptyLake();
    await drop(directory, 'a.csv');
    let gone: string[] = [];
    const outcome = await virtualWatch(lake, {
      reconcileSeconds: 10,
      pass: (_, log) => (log.state.head === 0 ? begin(log) : undefined),
      meanwhile: async ({ seconds, stop }) => {
        if (Math.floor(seconds) === 8 && gone.length === 0) {
          await rename(directory, `${directory}-away`);
          await putThere(directory);
          gone = ['now'];
        }
        if (seconds >= 100 && gone[0] === 'now') {
          gone = await readdir(directory).catch(() => []);
          await rm(directory, { recursive: true, force: true });
          await rename(`${directory}-away`, directory);
        }
        if (seconds >= 200) stop();
      },
    });
    expect(outcome.error).toBeUndefined();
    expect(gone).toEqual([]);
    expect(outcome.notices).toHaveLength(2);
    expect(outcome.notices[0]).toMatch(/is not there any more/);
    expect(outcome.passes.some(({ at }) => at > 9 && at < 100)).toBe(false);
    expect(outcome.passes.some(({ at }) => at >= 100)).toBe(true);
  });
});

test('two thousand idle passes and fifty with work leave nothing behind', async () => {
  const { lake, directory } = await emptyLake();
  let work = 0;
  let listeners = 0;
  const handles = (): number => process.getActiveResourcesInfo().length;
  let before = 0;
  const shared = await CommitLog.open(lake);
  const outcome = await virtualWatch(lake, {
    log: () => shared.catchUp().then(() => shared),
    settleSeconds: 4,
    reconcileSeconds: 1,
    pass: async (names, log) => {
      if (names.length > 0) await begin(log);
      for (const name of names) await rm(join(directory, 'raw/streams', name));
    },
    meanwhile: async ({ seconds, stop, signal }) => {
      if (before === 0) before = handles();
      if (seconds > 40 * (work + 1) && work < 50) await drop(directory, `${(work += 1)}.csv`, 'x');
      listeners = Math.max(listeners, getEventListeners(signal, 'abort').length);
      if (seconds >= 2_100) stop();
    },
  });
  expect(outcome.passes.length).toBeGreaterThan(2_000);
  expect(withNames(outcome)).toHaveLength(50);
  expect(listeners).toBeLessThanOrEqual(1);
  expect(handles()).toBeLessThanOrEqual(before + 2);
});
