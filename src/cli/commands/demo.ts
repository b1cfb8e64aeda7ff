import { parseCount } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { quoted, shownPath } from '../paths.ts';

interface DemoFlags {
  readonly plays?: number;
  readonly dir?: string;
}

export const defineDemo: DefineCommand = (program, action) => {
  program
    .command('demo')
    .description('make a small service, run the pipeline over its files as they arrive, show the charts')
    .option('--plays <number>', 'rows of all play files together, about (default: 20000)', parseCount)
    .option('--dir <dir>', 'where; made anew if an earlier demo made it (default: hitparade-demo)')
    .addHelpText('after', examples(['hitparade demo', 'hitparade demo --plays 500000 --dir ./try']))
    .action(action(demo));
};

async function demo(cli: Cli, flags: DemoFlags): Promise<ExitCode> {
  const [{ prepareDirectory }, { playDemo }] = await Promise.all([
    import('../demo/directory.ts'),
    import('../demo/play.ts'),
  ]);
  const lakeFlag = cli.settings.get('lake');
  const asked = flags.dir ?? (lakeFlag?.source === '--lake' ? String(lakeFlag.value) : 'hitparade-demo');
  const directory = await prepareDirectory(asked, cli.io.cwd);
  const shown = shownPath(cli.io.cwd, directory);
  await playDemo(cli, {
    directory,
    shown,
    plays: flags.plays,
    copyable: (command) => `${cli.program} ${command} --lake ${quoted(shown)}`,
  });
  return EXIT.done;
}
