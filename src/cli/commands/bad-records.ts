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
import { quoted } from '../paths.ts';
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
    const newest = file === undefined ? undefined : await deliveryOf(cli, hitparade, file, dataset);
    const whole = newest === undefined ? undefined : wholeFile(cli, newest);
    const records = firstOf(hitparade.badRecords(filter), options.limit ?? Infinity);
    if (target !== undefined) {
      const written = await exportRecords(records, target, options.force === true);
      if (cli.json) await cli.printJson({ file: target.path, records: written });
      else await cli.print(`${counted(written, 'bad record')} written to ${printable(target.path)}\n`);
      if (whole !== undefined) await cli.note(noneOf(written) + whole);
      return;
    }
    const shown = cli.json ? await printArray(cli, records) : await printListing(cli, records);
    if (whole !== undefined && (cli.json || shown > 0)) await cli.note(noneOf(shown) + whole);
    else if (whole !== undefined) await cli.print(noneOf(shown) + whole);
    else if (shown === 0 && options.limit !== 0 && !cli.json) await explainNone(cli, hitparade, reason);
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

/**
 * The newest delivery under this name.
 * @throws UsageError if there is none
 */
async function deliveryOf(
  cli: Cli,
  hitparade: Hitparade,
  name: string,
  dataset: Dataset | undefined,
): Promise<FileReport> {
  const ofDataset = (report: FileReport): boolean => dataset === undefined || report.dataset === dataset;
  const newest = (await hitparade.files(name)).find(ofDataset);
  if (newest !== undefined) return newest;
  const known = (await hitparade.files()).filter(ofDataset).map(({ filename }) => filename);
  throw unknownFile(cli, name, known);
}

/** Rows that were found are those of an earlier delivery under the same name. */
const noneOf = (found: number): string =>
  found === 0 ? 'No bad records: ' : 'The newest delivery has none: ';

/** What became of a file whose rows nobody looked at one by one. */
function wholeFile(cli: Cli, file: FileReport): string | undefined {
  if (file.status === 'failed') {
    const lies = file.location === null ? '' : `It lies in ${printable(file.location)}.\n`;
    const why = printable(file.error ?? 'no reason given');
    return `the whole file was rejected: ${why}\n${lies}`;
  }
  if (file.status !== 'duplicate') return undefined;
  const original = file.duplicate_of;
  if (original === null) return 'the same bytes had been taken before.\n';
  return (
    `it has the same bytes as ${printable(original)}.\n` +
    `\`${cli.copyable(`bad-records ${quoted(printable(original))}`)}\` shows those.\n`
  );
}

/** Nothing found is good news, unless the reason was mistyped. */
async function explainNone(cli: Cli, hitparade: Hitparade, reason: string | undefined): Promise<void> {
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
