import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DATASETS } from '../../contracts/contract.ts';
import { rawPrefix } from '../../lake/zones.ts';
import type { Cli } from '../cli.ts';
import { CONFIG_FILE } from '../config-file.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { onDisk } from '../on-disk.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { quoted, shownPath } from '../paths.ts';
import { configTemplate } from '../config-template.ts';

export const defineInit: DefineCommand = (program, action) => {
  program
    .command('init')
    .description('write a commented config and the raw folders')
    .argument('[dir]', 'directory of the new lake', '.')
    .addHelpText('after', examples(['hitparade init', 'hitparade init ./charts']))
    .action(action(init));
};

async function init(cli: Cli, dir: string): Promise<ExitCode> {
  const directory = resolve(cli.io.cwd, dir);
  const folders = DATASETS.map((dataset) => join(directory, rawPrefix(dataset)));
  const config = join(directory, CONFIG_FILE);
  const written = await onDisk(`make a lake in ${directory}`, async () => {
    for (const folder of folders) await mkdir(folder, { recursive: true });
    return writeIfAbsent(config, configTemplate());
  });
  if (cli.json) {
    await cli.printJson({ directory, config, config_written: written, folders });
    return EXIT.done;
  }
  if (cli.quiet) return EXIT.done;
  const shown = (path: string): string => shownPath(cli.io.cwd, path);
  const [users = '', songs = '', streams = ''] = folders.map(shown);
  const enter = directory === cli.io.cwd ? '' : `cd ${quoted(shown(directory))} && `;
  const lines = [
    written ? `Wrote ${shown(config)}: every option with its default.` : `Kept ${shown(config)} as it is.`,
    '',
    'Put your CSV files here:',
    `  users       ${join(users, 'users.csv')}`,
    `  catalogue   ${join(songs, 'songs.csv')}`,
    `  plays       ${join(streams, '*.csv')} (or .csv.gz), as many as you like`,
    '',
    `Then: ${enter}${cli.program} run`,
  ];
  await cli.print(`${lines.join('\n')}\n`);
  return EXIT.done;
}

async function writeIfAbsent(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
