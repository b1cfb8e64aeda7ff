import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InvariantError } from '../../src/errors.ts';
import { acceptFile } from '../../src/stages/validate/accept-file.ts';
import { stageContext } from '../support/stage-context.ts';

const PLAYS = ['u1,t1', 'u2,t1', 'u2,t1', 'u3,t1'].map((play) => `${play},2024-06-25 10:00:00\n`);

async function accept(afterwards: (segment: string) => string): ReturnType<typeof acceptFile> {
  const context = await stageContext();
  const key = 'raw/streams/file.csv';
  await mkdir(join(context.directory, 'raw/streams'), { recursive: true });
  await writeFile(join(context.directory, key), `user_id,track_id,listen_time\n${PLAYS.join('')}`);
  const object = await context.lake.head(key);
  if (object === undefined) throw new Error(`${key} was not written`);
  const tampered: typeof context = {
    ...context,
    receive: async (stage, delivery) => {
      const receipt = await context.receive(stage, delivery);
      const segment = delivery.workspace.path('segment-0.csv');
      await writeFile(segment, afterwards(await readFile(segment, 'utf8')));
      return receipt;
    },
  };
  return acceptFile(tampered, { dataset: 'streams', filename: 'file.csv', object }, 1);
}

test('a row that is lost between the scanner and the engine does not pass for a repeated play', async () => {
  const { entry } = await accept((segment) => segment);
  expect(entry).toMatchObject({ counts: { rows: 4, valid: 4, bad: 0, duplicates: 1 } });
  for (const lost of PLAYS) {
    await expect(accept((segment) => segment.replace(lost, ''))).rejects.toThrow(InvariantError);
  }
});
