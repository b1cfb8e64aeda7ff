import { contracts } from '../../contracts/index.ts';
import { mapHeader } from '../../contracts/header.ts';
import type { StructuralReason } from '../../contracts/reasons.ts';
import type { Snapshot } from '../../csv/snapshot.ts';
import { FileRejectedError, InvariantError } from '../../errors.ts';
import type { Workspace } from '../../lake/lake.ts';
import { together } from '../../together.ts';
import type { SourceFile, StageContext } from '../context.ts';
import { writeBadRecords } from './bad-records.ts';
import type { StagedPart, Validated } from '../receipt.ts';
import { blankedColumns, cataloguePlan, catalogueVerdictsPlan, type ValidationInput } from './plans.ts';
import { validatePlays } from './validate-plays.ts';

/** What a scan made of a source file. */
export interface ReceivedFile {
  readonly file: SourceFile;
  readonly snapshot: Snapshot;
}

/**
 * Splits a snapshot into parts of valid rows and bad records, all staged.
 * @throws FileRejectedError if the file as a whole cannot be taken
 */
export async function validateFile(
  context: StageContext,
  received: ReceivedFile,
  workspace: Workspace,
): Promise<Validated> {
  const { file, snapshot } = received;
  const contract = contracts[file.dataset];
  const nothing: Validated = {
    counts: { rows: 0, valid: 0, bad: 0, duplicates: 0 },
    reasons: {},
    blanked: {},
    ignoredColumns: [],
    parts: [],
    badRecords: [],
    suspectTruncated: false,
  };
  if (snapshot.header.length === 0) return assertNotEmpty(file, nothing);

  const { positions, ignored } = mapHeader(contract, snapshot.header);
  const input: ValidationInput = {
    contract,
    positions,
    asOf: file.object.modified,
    dialect: context.engine.dialect,
    padded: snapshot.padded,
    csv: {
      segments: snapshot.segments,
      maxRecordBytes: context.limits.maxRecordBytes,
      columnCount: snapshot.header.length,
    },
    verdictsPath: workspace.path('verdicts.csv'),
  };
  const { staged, valid, duplicates, blanked } =
    file.dataset === 'streams'
      ? await validatePlays(context, snapshot, input, workspace)
      : await validateCatalogue(context, snapshot, input, workspace);

  const bad = snapshot.records - valid;
  const [parts, { reasons, reasonsOfLast, objects }] = await together([
    staged(),
    writeBadRecords(context, { received, input, workspace, bad }),
  ]);
  return assertNotEmpty(file, {
    counts: { rows: snapshot.records, valid, bad, duplicates },
    reasons,
    blanked,
    ignoredColumns: ignored,
    parts,
    badRecords: objects,
    suspectTruncated: looksCut(snapshot, reasonsOfLast),
  });
}

/** The rows of a file that its engine found valid. */
export interface ValidRows {
  /** Stages the parts, while bad records can be written. @throws InvariantError if rows were lost */
  readonly staged: () => Promise<readonly StagedPart[]>;
  readonly valid: number;
  readonly duplicates: number;
  readonly blanked: Readonly<Record<string, number>>;
}

async function validateCatalogue(
  { engine, signal, turn }: StageContext,
  { records, malformed }: Snapshot,
  input: ValidationInput,
  workspace: Workspace,
): Promise<ValidRows> {
  const { contract } = input;
  const part = 'part.parquet';
  const { files, rows } = await engine.run(cataloguePlan(input, workspace.path(part)), signal);
  const summary = rows['summary']?.[0] ?? {};
  const valid = files['parts']?.[0]?.rows ?? 0;
  if (valid !== records - malformed) await engine.run(catalogueVerdictsPlan(input), signal);
  turn?.judged();
  const staged = async (): Promise<readonly StagedPart[]> => {
    const { key, ...facts } = await workspace.stage(part);
    return [{ staged: key, ...facts, rows: valid }];
  };
  const blanked = blankedColumns(contract).flatMap((column): [string, number][] => {
    const values = Number(summary[column] ?? 0);
    return values > 0 ? [[column.replace('blanked_', ''), values]] : [];
  });
  return {
    staged,
    valid,
    duplicates: 0,
    blanked: Object.fromEntries(blanked),
  };
}

/**
 * An upload that broke off ends inside a record. Short of columns, that is plain; cut inside its last value
 * it is bad for another reason, and has no line end.
 */
function looksCut({ endsInRecord }: Snapshot, reasonsOfLast: readonly string[]): boolean {
  return reasonsOfLast.includes(CUT) || (endsInRecord && reasonsOfLast.length > 0);
}

const CUT: StructuralReason = 'wrong_column_count';

/** An empty play file is a quiet hour; an empty catalogue would take every song out of the charts. */
function assertNotEmpty(file: SourceFile, validated: Validated): Validated {
  const { valid, rows, bad } = validated.counts;
  if (rows !== valid + bad)
    throw new InvariantError(`${file.filename}: ${rows} rows are not ${valid} + ${bad}`);
  if (file.dataset === 'streams' || valid > 0) return validated;
  throw new FileRejectedError(
    'empty_catalogue',
    `the file has no valid row (${rows} read, ${bad} bad), and would empty the catalogue of ${file.dataset}.`,
    { hint: 'Drop a complete export. Until then the catalogue that was taken before stays in force.' },
  );
}
