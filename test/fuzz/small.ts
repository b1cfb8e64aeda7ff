import { isDeepStrictEqual } from 'node:util';
import { referenceRecords } from '../csv/reference-scanner.ts';
import { expectedScan } from './expected-scan.ts';
import { scanInMemory, type Scanned, type ScannedRecord } from './scan-in-memory.ts';
import { smallInput } from './small-inputs.ts';

/** What was met, so that a suite can say what it tried, and a test that nothing was left out. */
export interface SmallTally {
  inputs: number;
  bytes: number;
  records: number;
  malformed: number;
  readonly rejected: Record<string, number>;
  readonly reasons: Record<string, number>;
  quoted: number;
  secondOpinions: number;
}

/** Every so many inputs the slow scanner is asked, too. */
const SECOND_OPINION = 50;

/**
 * Scans inputs `from` to `to` of a seed and compares all that is found with an independent reading.
 * @throws Error that names seed and input
 */
export function checkSmallInputs(seed: number, from: number, to: number): SmallTally {
  const tally: SmallTally = {
    inputs: 0,
    bytes: 0,
    records: 0,
    malformed: 0,
    rejected: {},
    reasons: {},
    quoted: 0,
    secondOpinions: 0,
  };
  // Most inputs end in an error that is expected; its stack would cost more than everything else.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    for (let n = from; n < to; n++) checkOne(seed, n, tally);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return tally;
}

function checkOne(seed: number, n: number, tally: SmallTally): void {
  const { text, limits, blockSizes } = smallInput(seed, n);
  const expected = expectedScan(text, limits);
  for (const blockBytes of blockSizes) {
    const scanned = scanInMemory(text, limits, blockBytes);
    if (!agree(scanned, expected)) {
      const told = JSON.stringify(
        {
          text: text.toString('latin1'),
          limits,
          blockBytes,
          scanned: shown(scanned),
          expected: shown(expected),
        },
        undefined,
        1,
      );
      throw new Error(`seed ${seed}, input ${n}: the scanner and csv-parse disagree\n${told}`);
    }
  }
  if (n % SECOND_OPINION === 0) secondOpinion(seed, n, tally);
  count(tally, text, expected);
}

/** The rejection's place is told where both know it. */
function agree(scanned: Scanned, expected: Scanned): boolean {
  if (expected.rejected !== undefined) {
    if (scanned.rejected !== expected.rejected) return false;
    return expected.byte === undefined || (scanned.byte === expected.byte && scanned.line === expected.line);
  }
  if (scanned.rejected !== undefined) return false;
  return (
    scanned.clean.equals(expected.clean) &&
    scanned.malformed === expected.malformed &&
    sameList(scanned.header, expected.header, (a, b) => a === b) &&
    sameList(scanned.records, expected.records, sameRecord)
  );
}

const sameList = <T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean =>
  a.length === b.length &&
  a.every((each, i) => {
    const other = b[i];
    return other !== undefined && same(each, other);
  });

const sameRecord = (a: ScannedRecord, b: ScannedRecord): boolean =>
  a.line === b.line &&
  a.byte === b.byte &&
  a.raw === b.raw &&
  sameList(a.reasons, b.reasons, (x, y) => x === y);

function secondOpinion(seed: number, n: number, tally: SmallTally): void {
  const { text, limits } = smallInput(seed, n);
  const scanned = scanInMemory(text, limits, 4096);
  if (scanned.rejected !== undefined && scanned.rejected !== 'unterminated_quote') return;
  tally.secondOpinions++;
  const reference = referenceRecords(text, limits)?.slice(1);
  const found = scanned.rejected === undefined ? scanned.records : undefined;
  const same = isDeepStrictEqual(
    found?.map(({ line, byte, reasons }) => ({ line, byte, reasons })),
    reference?.map(({ line, byte, reasons }) => ({ line, byte, reasons })),
  );
  if (!same) throw new Error(`seed ${seed}, input ${n}: the scanner and the slow scanner disagree`);
}

function count(tally: SmallTally, text: Buffer, expected: Scanned): void {
  tally.inputs++;
  tally.bytes += text.length;
  if (expected.rejected !== undefined) {
    tally.rejected[expected.rejected] = (tally.rejected[expected.rejected] ?? 0) + 1;
    return;
  }
  tally.records += expected.records.length;
  tally.malformed += expected.malformed;
  if (expected.clean.includes('"')) tally.quoted++;
  for (const { reasons } of expected.records)
    for (const reason of reasons) tally.reasons[reason] = (tally.reasons[reason] ?? 0) + 1;
}

const shown = (scanned: Scanned): unknown =>
  scanned.rejected === undefined ? { ...scanned, clean: scanned.clean.toString('latin1') } : scanned;
