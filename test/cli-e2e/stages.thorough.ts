import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STAGES } from '../../src/pipeline/events.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { copyRaw, generate } from './support/lakes.ts';
import { hitparade, json } from './support/program.ts';

const DAYS = ['--date', '2024-06-24', '--to', '2024-06-30'];

test('the stages of one run, each in a process of its own, publish what `run` publishes', async () => {
  const cwd = await temporaryDirectory();
  await generate(join(cwd, 'at-once'), { plays: 5_000, days: 2, badRate: 0.05 });
  await copyRaw(join(cwd, 'at-once'), join(cwd, 'by-stage'));

  expect(await hitparade(['run', '--lake', 'at-once'], { cwd })).toMatchObject({ code: 0 });
  for (const stage of STAGES) {
    const ended = await hitparade(['stage', stage, '--run', 'monday-6:00', '--lake', 'by-stage'], { cwd });
    expect(ended, stage).toMatchObject({ code: 0, stderr: '' });
  }

  const read = (lake: string, ...args: readonly string[]): Promise<unknown> =>
    json([...args, '--lake', lake], { cwd });
  for (const args of [
    ['show', 'daily-genre', ...DAYS],
    ['show', 'top-songs', ...DAYS],
    ['show', 'top-genres', ...DAYS],
    ['bad-records'],
  ]) {
    const expected = await read('at-once', ...args);
    expect(expected, args.join(' ')).not.toEqual([]);
    expect(await read('by-stage', ...args), args.join(' ')).toEqual(expected);
  }
  expect(await read('by-stage', 'status')).toMatchObject({
    files: { success: 2, pending: 0, processing: 0 },
    dates: { published: 2, behind: 0 },
  });

  // Nothing is left: neither for another run of the stages, nor for `run`.
  for (const stage of ['wait_for_stream', 'validate_songs', 'load_to_dynamodb']) {
    const ended = await hitparade(['stage', stage, '--run', 'monday-7:00', '--lake', 'by-stage'], { cwd });
    expect(ended, stage).toMatchObject({ code: 99, stderr: '' });
  }
  expect(await read('by-stage', 'run')).toMatchObject({ files: [], catalogue: [], dates: [] });
});
