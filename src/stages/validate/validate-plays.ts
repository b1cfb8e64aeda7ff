import { relative } from 'node:path';
import type { Snapshot } from '../../csv/snapshot.ts';
import type { Engine, Row, WrittenFile } from '../../engines/engine.ts';
import { EngineMemoryError } from '../../engines/errors.ts';
import { FileRejectedError } from '../../errors.ts';
import type { Workspace } from '../../lake/lake.ts';
import type { StageContext } from '../context.ts';
import { LIMIT_KEYS, raise } from '../limits.ts';
import type { StagedPart } from '../receipt.ts';
import {
  countPlan,
  datesPlan,
  playsPlan,
  type SortedOut,
  summaryPlan,
  type ValidationInput,
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
  const { rows } = await engine.run(summaryPlan(sortedOut, input.verdictsPath), signal);
  const dates = rows['dates'] ?? [];
  if (dates.length > limits.maxDatesPerFile) throw tooManyDates(dates, limits.maxDatesPerFile);
  const written =
    onlyPart(sortedOut, dates) ??
    (await engine.run(datesPlan(sortedOut, workspace.path('parts')), signal)).files['parts'] ??
    [];
  const bad = total(sortedOut.bad);
  const rowsOnce = total(sortedOut.plays) + bad;
  // Fewer rows than the scanner handed over were delivered again. Or they were lost: only counting can tell.
  const wellFormed = records - malformed;
  const read = rowsOnce === wellFormed ? wellFormed : await rowsRead(engine, input, signal);
  turn?.judged();
  const parts = await Promise.all(
    written.map(async (file): Promise<StagedPart> => {
      const { key: staged, ...facts } = await workspace.stage(relative(workspace.directory, file.path));
      return { staged, ...facts, rows: file.rows, date: file.partition ?? '' };
    }),
  );
  return { parts, valid: read - bad, duplicates: read - rowsOnce, blanked: {} };
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
      files.push(...(result.files['kinds'] ?? []));
    }
  } catch (error) {
    if (!(error instanceof EngineMemoryError) || more.length === 0) throw error;
    return sortOut(engine, input, workspace, signal, more);
  }
  const of = (kind: string): WrittenFile[] => files.filter(({ partition }) => partition === kind);
  return { plays: of('play'), bad: of('bad') };
}

async function rowsRead(engine: Engine, input: ValidationInput, signal: AbortSignal): Promise<number> {
  const { rows } = await engine.run(countPlan(input), signal);
  return Number(rows['total']?.[0]?.['total'] ?? 0);
}

/** The plays of one date, the usual case, are a part as they are. */
function onlyPart({ plays }: SortedOut, dates: readonly Row[]): readonly WrittenFile[] | undefined {
  const [only, another] = plays;
  if (only === undefined) return [];
  if (another !== undefined || dates.length > 1) return undefined;
  return [{ ...only, partition: String(dates[0]?.['date']) }];
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
