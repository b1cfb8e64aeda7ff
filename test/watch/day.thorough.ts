import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { withDefaults } from '../../src/pipeline/config.ts';
import { pass } from '../../src/pipeline/run.ts';
import { Session } from '../../src/pipeline/session.ts';
import { systemPorts } from '../../src/pipeline/system-ports.ts';
import { watch } from '../../src/pipeline/watch.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { plays, songs } from '../support/test-lake.ts';

const HOURS = 24;
const HOUR_SECONDS = 3_600;
const FILE_EVERY_SECONDS = 900;
/** Of replacing what is there of a date: its publication three times, the files of three charts, the checkpoint. */
const TRACES_OF_ONE_PUBLICATION = 7;
/** What 50 more files are in memory, and what the collector leaves. */
const HEAP_MARGIN = 2_000_000;
/** Allocators do not give everything back. */
const RESIDENT_MARGIN = 15_000_000;

/** What must not get more. */
interface Held {
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly descriptors: number;
  readonly handles: number;
  /** Files in the private folder, without the traces of replaced versions, which stay for three days. */
  readonly privateFiles: number;
  readonly traces: number;
}

test('a day of watching leaves nothing behind, neither in the process nor in the private folder', async () => {
  const directory = await temporaryDirectory();
  const settings = { lake: directory, memoryLimit: '512MB', threads: 2, settleSeconds: 5 };
  const session = new Session(withDefaults(settings), systemPorts, () => undefined);
  onTestFinished(() => session.close());
  await drop(directory, 'songs/songs.csv', songs('a pop', 'b rock'));
  const stop = new AbortController();
  const { signal } = stop;
  const hours: Held[] = [];
  let files = 0;
  const meanwhile = async (seconds: number): Promise<void> => {
    if (seconds >= (hours.length + 1) * HOUR_SECONDS) hours.push(await held(directory));
    if (hours.length === HOURS) stop.abort('SIGTERM');
    if (seconds >= (files + 1) * FILE_EVERY_SECONDS) {
      files += 1;
      const time = new Date(files * 1000).toISOString().slice(11, 19);
      await drop(directory, `streams/${files}.csv`, plays(`u a ${time}`));
    }
  };
  let nowMs = 0;
  const report = await watch(
    {
      // Only the waits between passes take no time: everything in a pass is real.
      ports: {
        ...systemPorts,
        elapsedMs: () => nowMs,
        sleep: async (ms) => {
          nowMs += ms;
          await meanwhile(nowMs / 1000);
          signal.throwIfAborted();
        },
      },
      observe: () => undefined,
      lake: () => session.lake(),
      isThere: () => session.isThere(),
      log: () => session.log(),
      pass: async (log, pending) => pass(await session.context(signal, log), pending),
      close: () => session.close(),
    },
    { settleSeconds: settings.settleSeconds, reconcileSeconds: 60, signal },
  );
  expect(report.passes).toBeGreaterThan(HOURS * 60);
  expect(report.files).toBeGreaterThan(90);
  const [middle, end] = [hours[HOURS / 2 - 1], hours[HOURS - 1]];
  if (middle === undefined || end === undefined) throw new Error('the day was shorter');
  process.stdout.write(`a day of watching: ${JSON.stringify({ ...report, middle, end })}\n`);
  expect(end.heapBytes - middle.heapBytes).toBeLessThan(HEAP_MARGIN);
  expect(end.residentBytes - middle.residentBytes).toBeLessThan(RESIDENT_MARGIN);
  expect(end.descriptors).toBeLessThanOrEqual(middle.descriptors + 2);
  expect(end.handles).toBeLessThanOrEqual(middle.handles + 2);
  expect(end.privateFiles).toBeLessThanOrEqual(middle.privateFiles + 2);
  expect(end.traces).toBeLessThanOrEqual(TRACES_OF_ONE_PUBLICATION * report.dates);
}, 900_000);

async function drop(directory: string, key: string, text: string): Promise<void> {
  const path = join(directory, 'raw', key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function held(directory: string): Promise<Held> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const entries = await readdir(join(directory, '.hitparade'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const isTrace = ({ parentPath }: { readonly parentPath: string }): boolean =>
    parentPath.includes('/.hitparade/swaps/');
  return {
    heapBytes: heapUsed,
    residentBytes: rss,
    descriptors: (await readdir('/proc/self/fd')).length,
    handles: process.getActiveResourcesInfo().length,
    privateFiles: files.filter((file) => !isTrace(file)).length,
    traces: files.filter(isTrace).length,
  };
}
