import type * as FileSystem from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { beforeEach, expect, test, vi } from 'vitest';
import { syncDirectory } from '../../src/lake/sync-directory.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  return { ...real, open: vi.fn(real.open) };
});
const real = await vi.importActual<typeof FileSystem>('node:fs/promises');

/** Ends of the syncs that were begun, in their order. */
let ends: { keep: () => void; fail: (error: Error) => void }[];
/** Returns when so many syncs have begun. */
async function begun(count: number): Promise<void> {
  while (ends.length < count) await real.stat(tmpdir());
}

beforeEach(() => {
  ends = [];
  vi.mocked(open).mockImplementation(async (...args) => {
    const handle = await real.open(...args);
    vi.spyOn(handle, 'sync').mockImplementation(
      () =>
        new Promise((keep, fail) => {
          ends.push({ keep, fail });
        }),
    );
    return handle;
  });
});

/** What is told of each call when it has ended. */
function watched(calls: number, told: string[], name: string): Promise<unknown> {
  return Promise.all(
    Array.from({ length: calls }, () =>
      syncDirectory(tmpdir()).then(
        () => told.push(`${name} on disk`),
        (error: unknown) => told.push(`${name} ${String(error)}`),
      ),
    ),
  );
}

test('those that come while a folder is synced share the next sync, which begins after they came', async () => {
  const told: string[] = [];
  const first = watched(1, told, 'first');
  await begun(1);
  const later = watched(3, told, 'later');
  ends[0]?.keep();
  await first;
  await begun(2);
  expect(told).toEqual(['first on disk']);
  const last = watched(1, told, 'last');
  ends[1]?.keep();
  await later;
  await begun(3);
  expect(told).toEqual(['first on disk', 'later on disk', 'later on disk', 'later on disk']);
  ends[2]?.keep();
  await last;
  const again = watched(1, told, 'again');
  await begun(4);
  ends[3]?.keep();
  await again;
  expect(told.slice(-2)).toEqual(['last on disk', 'again on disk']);
});

test('a sync that fails is told to those that wait for it, and to no others', async () => {
  const told: string[] = [];
  const first = watched(1, told, 'first');
  await begun(1);
  const later = watched(2, told, 'later');
  ends[0]?.fail(new Error('broken'));
  await first;
  await begun(2);
  ends[1]?.keep();
  await later;
  expect(told).toEqual(['first Error: broken', 'later on disk', 'later on disk']);
});
