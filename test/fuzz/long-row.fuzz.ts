import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { json, start } from '../cli-e2e/support/program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { HUGE_FILES, tell } from './budget.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

test.skipIf(HUGE_FILES === 0)(
  'a file whose one row has 2 GiB is read in at most 512 MiB of memory, and its row is set aside',
  async () => {
    const lake = await temporaryDirectory();
    const raw = join(lake, 'raw/streams');
    await mkdir(raw, { recursive: true });
    const file = await open(join(raw, 'long.csv'), 'w');
    onTestFinished(() => rm(lake, { recursive: true, force: true }));
    // Mostly a hole, which reads as NUL bytes and takes no space.
    await file.write('user_id,track_id,listen_time\nu,t,2024-06-25 10:00:00\nv,"t');
    await file.write('",2024-06-25 10:00:00\nw,t,2024-06-25 10:00:00\n', 2 * GIB);
    await file.close();

    const preload = join(import.meta.dirname, 'report-peak.mjs');
    const run = start(['run', '--lake', lake, '--threads', '2'], {
      cwd: lake,
      nodeOptions: ['--import', preload],
    });
    const { code, stderr } = await run.ended();
    expect(code, stderr).toBe(0);
    expect(await json(['files', '--lake', lake], { cwd: lake })).toMatchObject([
      { status: 'success', valid: 2, bad: 1, reasons: { row_too_long: 1, field_too_long: 1, nul_byte: 1 } },
    ]);
    const peak = Number(/peak (\d+)/.exec(stderr)?.[1]);
    tell('one row of 2 GiB', { peakMiB: Math.round(peak / MIB) });
    expect(peak).toBeLessThan(512 * MIB);
  },
);
