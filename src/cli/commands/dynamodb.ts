import { once } from 'node:events';
import { parsePort } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

interface DynamodbOptions {
  readonly port?: number;
}

export const defineDynamodb: DefineCommand = (program, action) => {
  program
    .command('dynamodb')
    .description('serve the embedded tables, so that the AWS CLI, boto3 or an application can read them')
    .option('--port <number>', 'port on the loopback interface (default: any free one)', parsePort)
    .addHelpText('after', examples(['hitparade dynamodb', 'hitparade dynamodb --port 8000 --lake ./lake']))
    .action(action(dynamodb));
};

async function dynamodb(cli: Cli, options: DynamodbOptions): Promise<ExitCode> {
  const signal = cli.stopSignal();
  await cli.withLake(async (hitparade) => {
    const access = await hitparade.serveTables(options.port === undefined ? {} : { port: options.port });
    const { accessVariables, renderAccess } = await import('../render/table-access.ts');
    if (cli.json) await cli.printJson({ ...access, environment: accessVariables(access) });
    else await cli.print(renderAccess(access, cli.style));
    await untilStopped(signal);
    await cli.note('stopped serving\n');
  });
  return EXIT.done;
}

async function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // Neither waiting for a signal nor the tables' server keeps a process alive.
  const alive = setInterval(() => undefined, 60_000);
  await once(signal, 'abort');
  clearInterval(alive);
}
