import { Option } from 'commander';
import { DATASETS, type Dataset } from '../../contracts/contract.ts';
import type { Hitparade } from '../../pipeline/hitparade.ts';
import type { BadRecord, FileReport } from '../../pipeline/reports.ts';
import { parseCount } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import type { DefineCommand } from '../define-command.ts';
import { examples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { exportRecords, exportTarget } from '../export-records.ts';
import { toJson } from '../json.ts';
import { renderBadRecord } from '../render/bad-record.ts';
import { count, counted } from '../render/numbers.ts';
import { printable } from '../render/printable.ts';
import { unknownFile } from './files.ts';

interface BadRecordsOptions {
  readonly reason?: string;
  readonly dataset?: Dataset;
  readonly limit?: number;
  readonly export?: string;
  readonly force?: true;
}

export const defineBadRecords: DefineCommand = (program, action) => {
  program
    .command('bad-records')
    .description('the rows that broke a rule, whole, with reason, line and byte')
    .argument('[file]', 'only of this file, as it was named below raw/<dataset>/')
    .option('--reason <code>', 'only with this reason, for example missing_user_id')
    .addOption(new Option('--dataset <name>', 'only of this dataset').choices(DATASETS))
    .option('--limit <number>', 'at most this many', parseCount)
    .option('--export <file>', 'write them to a .csv or .jsonl file instead')
    .option('--force', 'let --export overwrite an existing file')
    .addHelpText(
      'after',
      examples([
        'hitparade bad-records',
        'hitparade bad-records monday.csv --reason missing_user_id --limit 20',
        'hitparade bad-records --dataset streams --export bad.csv',
      ]),
    )
    .action(action(badRecords));
};

async function badRecords(cli: Cli, file: string | undefined, options: BadRecordsOptions): Promise<ExitCode> {
  const target = options.export === undefined ? undefined : exportTarget(options.export, cli.io.cwd);
  await cli.withLake(async (hitparade) => {
    const { reason, dataset } = options;
    const filter = {
      ...(file === undefined ? {} : { file }),
      ...(reason === undefined ? {} : { reason }),
      ...(dataset === undefined ? {} : { dataset }),
    };
    // Before anything is written: a mistyped name must not look like a file without bad rows.
    const files = file === undefined ? [] : await hitparade.files(file);
    if (file !== undefined && files.length === 0) {
      const known = await hitparade.files();
      throw unknownFile(
        cli,
        file,
        known.map(({ filename }) => filename),
      );
    }
    const records = firstOf(hitparade.badRecords(filter), options.limit ?? Infinity);
    if (target !== undefined) {
      const written = await exportRecords(records, target, options.force === true);
      if (cli.json) await cli.printJson({ file: target.path, records: written });
      else await cli.print(`${counted(written, 'bad record')} written to ${printable(target.path)}\n`);
      return;
    }
    const shown = cli.json ? await printArray(cli, records) : await printListing(cli, records);
    if (shown === 0 && options.limit !== 0) await explainNone(cli, hitparade, files[0], reason);
  });
  return EXIT.done;
}

async function printListing(cli: Cli, records: AsyncIterable<BadRecord>): Promise<number> {
  let shown = 0;
  for await (const record of records) {
    await cli.print(renderBadRecord(record, cli.style));
    shown += 1;
  }
  return shown;
}

/** One array, written as the records come: it may be larger than memory. */
async function printArray(cli: Cli, records: AsyncIterable<BadRecord>): Promise<number> {
  let shown = 0;
  for await (const record of records) {
    await cli.print(`${shown === 0 ? '[' : ',\n'}${toJson(record)}`);
    shown += 1;
  }
  await cli.print(shown === 0 ? '[]\n' : ']\n');
  return shown;
}

/** Nothing found is good news, unless the reason was mistyped or the file was never split into rows. */
async function explainNone(
  cli: Cli,
  hitparade: Hitparade,
  file: FileReport | undefined,
  reason: string | undefined,
): Promise<void> {
  if (cli.json) return;
  if (file?.status === 'failed') {
    const lies = file.location === null ? '' : ` It lies in ${printable(file.location)}.`;
    await cli.print(`No bad records: the whole file was rejected. ${printable(file.error ?? '')}${lies}\n`);
    return;
  }
  if (file?.status === 'duplicate') {
    const original = printable(file.duplicate_of ?? 'another file');
    await cli.print(`No bad records of its own: it has the same bytes as ${original}.\n`);
    return;
  }
  await cli.print('No bad records.\n');
  if (reason === undefined) return;
  const found = Object.entries((await hitparade.status()).bad_records);
  const listed = found.map(([name, number]) => `${name} (${count(number)})`).join(', ');
  await cli.note(`reasons that occur: ${listed === '' ? 'none' : printable(listed)}\n`);
}

async function* firstOf<Item>(items: AsyncIterable<Item>, limit: number): AsyncGenerator<Item> {
  let taken = 0;
  if (taken >= limit) return;
  for await (const item of items) {
    yield item;
    taken += 1;
    if (taken >= limit) return;
  }
}
