import { createReadStream, createWriteStream } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rowReasons } from '../../contracts/reasons.ts';
import { locateRecords, type LocatedRecord, type RowVerdict } from '../../csv/locate.ts';
import type { Columns, JsonInput } from '../../engines/engine.ts';
import { InvariantError } from '../../errors.ts';
import type { Workspace } from '../../lake/lake.ts';
import { together } from '../../together.ts';
import type { SourceFile, StageContext } from '../context.ts';
import type { BadRecord } from './bad-record.ts';
import type { StagedBadRecords } from '../receipt.ts';
import type { ValidationInput } from './plans.ts';
import type { ReceivedFile } from './validate-file.ts';

/** Columns of a bad record, in JSON Lines and in Parquet alike. */
const COLUMNS: JsonInput['columns'] = {
  dataset: 'VARCHAR',
  file: 'VARCHAR',
  hash: 'VARCHAR',
  record: 'BIGINT',
  line: 'BIGINT',
  byte: 'BIGINT',
  reasons: 'VARCHAR[]',
  raw: 'VARCHAR',
  raw_base64: 'VARCHAR',
  truncated: 'BOOLEAN',
} satisfies Columns | JsonInput['columns'];

/** Characters of JSON Lines that are written together. */
const WRITTEN_AT_ONCE = 64 * 1024;

interface LocatedBadRecords {
  readonly reasons: Readonly<Record<string, number>>;
  /** Why the file's last record is bad; empty if it is valid. */
  readonly reasonsOfLast: readonly string[];
  readonly objects: readonly StagedBadRecords[];
}

/**
 * Writes every bad record of a snapshot, whole, with its place and reasons. The engine says which rows
 * break a rule; the scanner has kept where they stand, and the records that the engine never saw.
 * @throws InvariantError if the two do not add up to `bad`
 */
export async function writeBadRecords(
  { engine, limits, signal }: StageContext,
  job: {
    readonly received: ReceivedFile;
    readonly input: ValidationInput;
    readonly workspace: Workspace;
    readonly bad: number;
  },
): Promise<LocatedBadRecords> {
  const { received, input, workspace, bad } = job;
  const { file, snapshot } = received;
  const reasons: Record<string, number> = {};
  if (bad === 0) return { reasons, reasonsOfLast: [], objects: [] };

  // Those that are malformed the engine has not seen; without others it left no verdicts.
  const path = bad === snapshot.malformed ? undefined : input.verdictsPath;
  const verdicts = readVerdicts(path, rowReasons(input.contract));
  let written = 0;
  let reasonsOfLast: readonly string[] = [];
  async function* lines(): AsyncGenerator<string> {
    let text = '';
    for await (const records of locateRecords(snapshot, verdicts, limits)) {
      signal.throwIfAborted();
      for (const record of records) {
        written += 1;
        if (record.record === snapshot.records) reasonsOfLast = record.reasons;
        for (const reason of record.reasons) reasons[reason] = (reasons[reason] ?? 0) + 1;
        text += `${JSON.stringify(badRecord(file, snapshot.sha256, record))}\n`;
        if (text.length < WRITTEN_AT_ONCE) continue;
        yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
  }
  const jsonl = 'bad-records.jsonl';
  const parquet = 'bad-records.parquet';
  await pipeline(Readable.from(lines()), createWriteStream(workspace.path(jsonl)));
  if (written !== bad) {
    throw new InvariantError(
      `${file.filename}: the record scanner found ${snapshot.records} records and the engine called all but ` +
        `${bad} of them valid, but ${written} bad ones were located. Nothing of the file was taken.`,
    );
  }
  await engine.run(
    {
      name: 'bad_records',
      inputs: { bad_json: { format: 'json', path: workspace.path(jsonl), columns: COLUMNS } },
      steps: [],
      outputs: { parquet: { format: 'parquet', from: 'bad_json', path: workspace.path(parquet) } },
    },
    signal,
  );
  const objects = await together(
    (['jsonl', 'parquet'] as const).map(async (format): Promise<StagedBadRecords> => {
      const { key: staged, ...facts } = await workspace.stage(format === 'jsonl' ? jsonl : parquet);
      return { format, staged, ...facts, rows: bad };
    }),
  );
  return { reasons, reasonsOfLast, objects };
}

/** In portions, because a promise for each of a million rows would take longer than all else. */
async function* readVerdicts(
  path: string | undefined,
  names: readonly string[],
): AsyncGenerator<readonly RowVerdict[]> {
  if (path === undefined) return;
  const verdict = (line: string): RowVerdict => {
    const [row, mask] = line.split(',').map(Number);
    if (row === undefined || mask === undefined) throw new InvariantError(`not a verdict: ${line}`);
    // Division, because a mask can have more than the 32 bits of a bitwise operation.
    return { row, reasons: names.filter((_, bit) => Math.floor(mask / 2 ** bit) % 2 === 1) };
  };
  let rest = '';
  for await (const chunk of createReadStream(path, 'latin1') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield lines.map(verdict);
  }
  if (rest !== '') throw new InvariantError(`not a whole verdict: ${rest}`);
}

function badRecord(file: SourceFile, hash: string, record: LocatedRecord): BadRecord {
  return {
    dataset: file.dataset,
    file: file.filename,
    hash,
    record: record.record,
    line: record.line,
    byte: record.byte,
    reasons: record.reasons,
    raw: record.raw.toString('utf8'),
    ...(isUtf8(record.raw) ? {} : { raw_base64: record.raw.toString('base64') }),
    ...(record.truncated ? { truncated: true as const } : {}),
  };
}
