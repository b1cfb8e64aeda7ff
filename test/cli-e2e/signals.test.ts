import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { copyRaw, generate } from './support/lakes.ts';
import { hitparade, json, start } from './support/program.ts';

const DAYS = ['--date', '2024-06-24', '--to', '2024-06-30'];

test('Ctrl-C and SIGTERM stop a run cleanly, say what is left, and the next run goes on from there', async () => {
  const cwd = await temporaryDirectory();
  await generate(join(cwd, 'whole'), { plays: 200_000, days: 4 });
  await copyRaw(join(cwd, 'whole'), join(cwd, 'stopped'));

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const run = start(['run', '--lake', 'stopped', '--verbose', '--json'], { cwd });
    // The first word of a play file: it and those that follow it are still to do.
    await run.until('stderr', '"stage":"validate_streams"');
    run.kill(signal);
    const ended = await run.ended();
    expect(ended, signal).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(
      /^stopped; left: \d play files.*`hitparade run --lake stopped` goes on from here$/m,
    );
  }

  expect(await hitparade(['run', '--lake', 'stopped'], { cwd })).toMatchObject({ code: 0 });
  expect(await hitparade(['run', '--lake', 'whole'], { cwd })).toMatchObject({ code: 0 });
  const read = (lake: string): Promise<unknown> =>
    json(['show', 'daily-genre', ...DAYS, '--lake', lake], { cwd });
  expect(await read('stopped')).toEqual(await read('whole'));
  expect(await json(['status', '--lake', 'stopped'], { cwd })).toMatchObject({
    files: { success: 4, pending: 0, processing: 0, failed: 0 },
    plays: { valid: 200_000 },
  });
});
