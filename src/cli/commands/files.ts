import { UsageError } from '../../errors.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { nearMiss } from '../near-miss.ts';

export const defineFiles: DefineCommand = (program, action) => {
  program
    .command('files')
    .description('one line a file, newest first; with a name everything known about it')
    .argument('[name]', 'the file as it was named below raw/<dataset>/')
    .addHelpText(
      'after',
      examples(['hitparade files', 'hitparade files monday.csv', 'hitparade files --json']),
    )
    .action(action(files));
};

async function files(cli: Cli, name: string | undefined): Promise<ExitCode> {
  const found = await cli.withLake(async (hitparade) => {
    const reports = await hitparade.files(name);
    if (name !== undefined && reports.length === 0) {
      throw unknownFile(
        cli,
        name,
        (await hitparade.files()).map((file) => file.filename),
      );
    }
    return reports;
  });
  if (cli.json) await cli.printJson(found);
  else if (name !== undefined) {
    const { renderFile } = await import('../render/file-detail.ts');
    await cli.print(found.map((file) => renderFile(file, cli.style)).join('\n'));
  } else if (found.length === 0) {
    await cli.print('No files yet.\n');
    await cli.note(`put CSV files under raw/streams/ and run \`${cli.copyable('run')}\`\n`);
  } else {
    const { renderFiles } = await import('../render/file-list.ts');
    await cli.print(renderFiles(found, cli.style));
  }
  return EXIT.done;
}

export function unknownFile(cli: Cli, name: string, known: readonly string[]): UsageError {
  const near = nearMiss(name, known);
  return new UsageError(`no file named '${name}' has been taken`, {
    hint: near === undefined ? `\`${cli.copyable('files')}\` lists them` : `did you mean '${near}'?`,
  });
}
