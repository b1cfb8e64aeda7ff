import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { rawKey } from '../../lake/zones.ts';
import { parseCount, parseShare, requireDate } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { NoLakeError } from '../errors.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { onDisk } from '../on-disk.ts';
import { quoted, shownPath } from '../paths.ts';
import { bytes, count, counted } from '../render/numbers.ts';

interface GenerateFlags {
  readonly plays: number;
  readonly days: number;
  readonly users?: number;
  readonly tracks?: number;
  readonly seed?: number;
  readonly start?: string;
  readonly badRate?: number;
  readonly out?: string;
  readonly force?: true;
}

export const defineGenerate: DefineCommand = (program, action) => {
  program
    .command('generate')
    .description(
      'make a believable service of any size: users, catalogue and play files; same seed, same bytes',
    )
    .requiredOption('--plays <number>', 'rows of all play files together', parseCount)
    .requiredOption('--days <number>', 'days, one play file each', parseCount)
    .option('--users <number>', 'users (default: from the plays)', parseCount)
    .option('--tracks <number>', 'tracks of the catalogue (default: from the plays)', parseCount)
    .option('--seed <number>', 'another seed gives other data (default: 1)', parseCount)
    .option('--start <date>', 'first day (default: 2024-06-24)')
    .option('--bad-rate <share>', 'share of broken rows, 0 to 1 (default: 0)', parseShare)
    .option('--out <dir>', 'where raw/ is made (default: the lake)')
    .option('--force', 'overwrite the raw files that are there')
    .addHelpText(
      'after',
      examples([
        'hitparade generate --plays 100000 --days 7 --out ./lake',
        'hitparade generate --plays 5_000_000 --days 30 --bad-rate 0.01',
      ]),
    )
    .action(action(generate));
};

async function generate(cli: Cli, flags: GenerateFlags): Promise<ExitCode> {
  const start = flags.start === undefined ? undefined : requireDate('--start', flags.start);
  const directory = await directoryOf(cli, flags.out);
  if (flags.force !== true) await refuseToOverwrite(directory);
  const { generateService } = await import('../../samples/generate.ts');
  const line = await progressLine(cli);
  const { plays, days, users, tracks, seed, badRate } = flags;
  const signal = cli.stopSignal();
  const made = await onDisk(`write to ${directory}`, () =>
    generateService({
      directory,
      plays,
      days,
      users,
      tracks,
      seed,
      badRate,
      start,
      signal,
      onProgress: (done, total) => {
        line?.update(`${count(done.plays)} of ${counted(total, 'play')}  ${bytes(done.bytes)}`);
      },
    }),
  ).finally(() => line?.stop());
  const { files } = made;
  if (cli.json) {
    await cli.printJson({ directory, files });
  } else if (!cli.quiet) {
    const rows = files.filter((file) => file.dataset === 'streams').reduce((sum, file) => sum + file.rows, 0);
    const shown = shownPath(cli.io.cwd, directory);
    const size = files.reduce((sum, file) => sum + file.bytes, 0);
    await cli.print(
      `${counted(files.length, 'file')}, ${counted(rows, 'play')}, ${bytes(size)} under ${join(shown, 'raw')}\n\n` +
        `Next: ${cli.program} run --lake ${quoted(shown)}\n`,
    );
  }
  return EXIT.done;
}

async function directoryOf(cli: Cli, out: string | undefined): Promise<string> {
  if (out !== undefined) return resolve(cli.io.cwd, out);
  const { lakeOf } = await import('../config.ts');
  const lake = lakeOf(cli.settings);
  if (lake === undefined) throw new NoLakeError(cli.program);
  return lake;
}

/** Made-up users over the real ones would be a loss. */
async function refuseToOverwrite(directory: string): Promise<void> {
  for (const key of [rawKey('users', 'users.csv'), rawKey('songs', 'songs.csv')]) {
    const path = join(directory, key);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists)
      throw new UsageError(`${path} exists already`, { hint: 'choose another --out, or pass --force' });
  }
}

async function progressLine(cli: Cli): Promise<{ update(text: string): void; stop(): void } | undefined> {
  if (cli.io.stderr.isTTY !== true || cli.json || cli.quiet) return undefined;
  const { default: ora } = await import('ora');
  const spinner = ora({ stream: cli.io.stderr, discardStdin: false }).start('users and catalogue');
  return { update: (text) => (spinner.text = text), stop: () => void spinner.stop() };
}
