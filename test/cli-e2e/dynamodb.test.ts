import { DynamoDBClient, ListTablesCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { DATE, dropAll } from './support/lakes.ts';
import { hitparade, inlineScript, start, type Running } from './support/program.ts';

const accessSchema = z.object({
  endpoint: z.url(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  tables: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
});
type Access = z.infer<typeof accessSchema>;

async function serve(args: readonly string[], cwd: string): Promise<{ served: Running; access: Access }> {
  const served = start(['dynamodb', '--json', ...args], { cwd });
  return { served, access: accessSchema.parse(JSON.parse(await served.until('stdout', '\n'))) };
}

function client({ endpoint, region, accessKeyId, secretAccessKey }: Access): DynamoDBClient {
  const made = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  onTestFinished(() => {
    made.destroy();
  });
  return made;
}

test('an application reads the tables with the printed key, until SIGTERM', async () => {
  const cwd = await temporaryDirectory();
  await dropAll(cwd);
  expect(await hitparade(['run', '--lake', '.'], { cwd })).toMatchObject({ code: 0 });
  const { served, access } = await serve(['--lake', '.', '--port', '0'], cwd);

  const reader = client(access);
  expect((await reader.send(new ListTablesCommand({}))).TableNames).toEqual(
    expect.arrayContaining(['DailyGenreKPIs', 'ProcessedStreams', 'TopGenresPerDay', 'TopSongsPerGenre']),
  );
  const { Items = [] } = await reader.send(
    new QueryCommand({
      TableName: 'TopSongsPerGenre',
      KeyConditionExpression: '#date = :date AND begins_with(genre, :genre)',
      ExpressionAttributeNames: { '#date': 'date' },
      ExpressionAttributeValues: { ':date': { S: DATE }, ':genre': { S: 'pop#' } },
    }),
  );
  expect(Items.map((item) => unmarshall(item))).toMatchObject([{ track_id: 't1', rank: 1, play_count: 1 }]);

  for (const wrong of [{ accessKeyId: 'AKIDEXAMPLE' }, { accessKeyId: `${access.accessKeyId}0` }]) {
    const intruder = client({ ...access, ...wrong });
    await expect(intruder.send(new ScanCommand({ TableName: 'TopSongsPerGenre' }))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
  }

  // Others on the same lake use the tables that are served here.
  const shown = await hitparade(['show', 'top-genres', '--lake', '.', '--json'], { cwd });
  expect(JSON.parse(shown.stdout)).toHaveLength(2);

  served.kill('SIGTERM');
  expect(await served.ended()).toMatchObject({ code: 143, stderr: 'stopped serving\n' });
  await expect(reader.send(new ListTablesCommand({}))).rejects.toThrow();
});

test('the variables that it prints are all that the SDK needs', async () => {
  const cwd = await temporaryDirectory();
  await dropAll(cwd);
  await hitparade(['run', '--lake', '.'], { cwd });
  const { served, access } = await serve(['--lake', '.'], cwd);
  const code = `
    import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
    const { Count } = await new DynamoDBClient().send(new ScanCommand({ TableName: 'TopGenresPerDay' }));
    console.log(Count);`;
  const reader = await inlineScript(code, access.environment);
  expect(reader).toMatchObject({ code: 0, stdout: '2\n' });
  served.kill('SIGINT');
  expect(await served.ended()).toMatchObject({ code: 130 });
});
