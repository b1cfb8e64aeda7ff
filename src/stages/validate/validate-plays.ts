import { relative } from 'node:path';
import type { Snapshot } from '../../csv/snapshot.ts';
import type { Engine, Row, WrittenFile } from '../../engines/engine.ts';
import { EngineMemoryError } from '../../engines/errors.ts';
import { FileRejectedError, InvariantError } from '../../errors.ts';
import type { Workspace } from '../../lake/lake.ts';
import { together } from '../../together.ts';
import type { StageContext } from '../context.ts';
import { LIMIT_KEYS, type Limits, raise } from '../limits.ts';
import type { StagedPart } from '../receipt.ts';
import {
  countPlan,
  datesPlan,
  isTallied,
  partsPlan,
  playsPlan,
  type SortedOut,
  type ValidationInput,
  verdictsPlan,
} from './plans.ts';
import type { ValidRows } from './validate-file.ts';

/**
 * Distinct valid plays as one part for each date, and the verdicts on the others.
 * @throws FileRejectedError if there are too many dates; nothing is staged then
 */
export async function validatePlays(
  { engine, limits, signal, turn }: StageContext,
  { records, malformed }: Snapshot,
  input: ValidationInput,
  workspace: Workspace,
): Promise<ValidRows> {
  const sortedOut = await sortOut(engine, input, workspace, signal);
  const written = onlyPart(sortedOut) ?? (await partByDate(engine, sortedOut, limits, workspace, signal));
  const { bad, tally } = await verdictsOn(engine, sortedOut, input, signal);
  const rowsOnce = total(sortedOut.plays) + bad;
  const wellFormed = records - malformed;
  const stage = async ({ path, rows, partition: date = '' }: WrittenFile): Promise<StagedPart> => {
    const { key: staged, ...facts } = await workspace.stage(relative(workspace.directory, path));
    return { staged, ...facts, rows, date };
  };
  const read = async (): Promise<number> => {
    if (isTallied(input)) return tally;
    // Fewer rows than the scanner handed over were delivered again. Or they were lost: only counting can tell.
    return rowsOnce === wellFormed ? rowsOnce : countRows(engine, input, signal);
  };
  const count = async (): Promise<void> => {
    const counted = await read();
    if (counted !== wellFormed) throw lostRows(wellFormed, counted);
    turn?.judged();
  };
  const staged = async (): Promise<readonly StagedPart[]> => {
    const [parts] = await together([together(written.map(stage)), count()]);
    return parts;
  };
  return { staged, valid: wellFormed - bad, duplicates: wellFormed - rowsOnce, blanked: {} };
}

/** A file that does not fit into memory is read again, in so many passes over a share of its plays each. */
const PASSES = [1, 6, 60];

/** @throws EngineMemoryError if not even a sixtieth of its plays fits */
async function sortOut(
  engine: Engine,
  input: ValidationInput,
  workspace: Workspace,
  signal: AbortSignal,
  [passes = 1, ...more] = PASSES,
): Promise<SortedOut> {
  const files: WrittenFile[] = [];
  try {
    for (let pass = 0; pass < passes; pass++) {
      const path = workspace.path(`pass-${pass + 1}-of-${passes}`);
      const result = await engine.run(playsPlan(input, path, { pass, passes }), signal);
      files.push(...(result.files['sorted_out'] ?? []));
    }
  } catch (error) {
    if (!(error instanceof EngineMemoryError) || more.length === 0) throw error;
    return sortOut(engine, input, workspace, signal, more);
  }
  const of = (bad: boolean): WrittenFile[] => files.filter(({ partition }) => partition === String(bad));
  return { plays: of(false), bad: of(true) };
}

/** `tally`: how many rows the engine has read, if the file is tallied; else 0. */
async function verdictsOn(
  engine: Engine,
  sortedOut: SortedOut,
  { verdictsPath }: ValidationInput,
  signal: AbortSignal,
): Promise<{ readonly bad: number; readonly tally: number }> {
  if (sortedOut.bad.length === 0) return { bad: 0, tally: 0 };
  const { files, rows } = await engine.run(verdictsPlan(sortedOut, verdictsPath), signal);
  return { bad: total(files['verdicts'] ?? []), tally: Number(rows['tally']?.[0]?.['read'] ?? 0) };
}

async function countRows(engine: Engine, input: ValidationInput, signal: AbortSignal): Promise<number> {
  const { rows } = await engine.run(countPlan(input), signal);
  return Number(rows['total']?.[0]?.['total'] ?? 0);
}

const lostRows = (expected: number, read: number): InvariantError =>
  new InvariantError(
    `the record scanner handed over ${expected} rows and the engine read ${read}. Nothing of the file was taken.`,
  );

/** The plays of one date, the usual case, are a part as they are. */
function onlyPart({ plays: [only, another] }: SortedOut): readonly WrittenFile[] | undefined {
  if (only === undefined) return [];
  if (another !== undefined || only.range === undefined) return undefined;
  const [date, last] = [only.range.least, only.range.greatest].map((time) => time.slice(0, 10));
  return date === undefined || date !== last ? undefined : [{ ...only, partition: date }];
}

async function partByDate(
  engine: Engine,
  sortedOut: SortedOut,
  { maxDatesPerFile }: Limits,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<readonly WrittenFile[]> {
  const { rows } = await engine.run(datesPlan(sortedOut), signal);
  const dates = rows['dates'] ?? [];
  if (dates.length > maxDatesPerFile) throw tooManyDates(dates, maxDatesPerFile);
  const { files } = await engine.run(partsPlan(sortedOut, workspace.path('parts')), signal);
  return files['parts'] ?? [];
}

const total = (files: readonly WrittenFile[]): number => files.reduce((sum, { rows }) => sum + rows, 0);

function tooManyDates(dates: readonly Row[], most: number): FileRejectedError {
  return new FileRejectedError(
    'too_many_dates',
    `the file has plays of ${dates.length} dates, from ${String(dates[0]?.['date'])} to ` +
      `${String(dates.at(-1)?.['date'])}; at most ${most} are allowed.`,
    {
      hint: `If the times are right, split the file by month and drop the pieces, or ${raise(LIMIT_KEYS.maxDatesPerFile)}`,
      limit: { name: 'maxDatesPerFile', value: most },
    },
  );
}
