import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { copyRaw, generate } from './support/lakes.ts';
import { hitparade, json, start, type Running } from './support/program.ts';

const accessSchema = z.object({
  endpoint: z.url(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});

interface Served {
  readonly process: Running;
  /** How many tables the printed address has; asked once. */
  readonly tables: () => Promise<number>;
}

/** `hitparade dynamodb`, as soon as it serves. */
async function serve(lake: string): Promise<Served> {
  const process = start(['dynamodb', '--json', '--lake', '.'], { cwd: lake });
  const { endpoint, region, ...credentials } = accessSchema.parse(
    JSON.parse(await process.until('stdout', '\n')),
  );
  const client = new DynamoDBClient({ endpoint, region, credentials });
  onTestFinished(() => {
    client.destroy();
  });
  return {
    process,
    tables: async () => (await client.send(new ListTablesCommand({}))).TableNames?.length ?? 0,
  };
}

/** A run that has begun to take files, with many still to come. */
async function running(lake: string): Promise<Running> {
  const process = start(['run', '--verbose', '--lake', '.'], { cwd: lake });
  await process.until('stderr', '"stage":"validate_streams"');
  return process;
}

function charts(lake: string): Promise<unknown> {
  const dates = ['--date', '2024-06-24', '--to', '2024-07-31', '--lake', '.'];
  return json(['show', 'top-songs', ...dates], { cwd: lake });
}

/** Several processes one after the other, on a machine that may be busy. */
const LONG = 180_000;

test(
  'a run whose host is killed takes the tables over and ends as an undisturbed one',
  async () => {
    const [lake, undisturbed] = [await temporaryDirectory(), await temporaryDirectory()];
    await generate(lake, { plays: 4_000, days: 8 });
    await copyRaw(lake, undisturbed);
    const [first, second] = [await serve(lake), await serve(lake)];
    const run = await running(lake);
    first.process.kill('SIGKILL');
    expect(await run.ended()).toMatchObject({ code: 0 });
    expect(await second.tables()).toBe(5);
    second.process.kill('SIGKILL');

    expect(await hitparade(['run', '--lake', '.'], { cwd: undisturbed })).toMatchObject({ code: 0 });
    expect(await charts(lake)).toEqual(await charts(undisturbed));
  },
  LONG,
);

test('an address that is served stays when the host ends of its own accord', async () => {
  const lake = await temporaryDirectory();
  await generate(lake, { plays: 100, days: 1 });
  expect(await hitparade(['run', '--lake', '.'], { cwd: lake })).toMatchObject({ code: 0 });
  const [first, second] = [await serve(lake), await serve(lake)];
  expect([await first.tables(), await second.tables()]).toEqual([5, 5]);
  first.process.kill('SIGTERM');
  expect(await first.process.ended()).toMatchObject({ code: 143 });
  expect(await second.tables()).toBe(5);
});

test(
  'a host that is stopped but alive makes the others end for now, not wait for ever',
  async () => {
    const lake = await temporaryDirectory();
    await generate(lake, { plays: 4_000, days: 8 });
    const host = await serve(lake);
    const run = await running(lake);
    host.process.kill('SIGSTOP');
    const other = hitparade(['run', '--lake', '.'], { cwd: lake });
    for (const ended of [await run.ended(), await other]) {
      expect(ended).toMatchObject({
        code: 75,
        stderr: expect.stringContaining('open in another process, which does not serve them') as string,
      });
    }
    host.process.kill('SIGCONT');
    expect(await hitparade(['run', '--lake', '.'], { cwd: lake })).toMatchObject({ code: 0 });
  },
  LONG,
);
