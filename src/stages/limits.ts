import { DEFAULT_SCAN_LIMITS, SCAN_LIMIT_KEYS, type ScanLimits } from '../csv/limits.ts';

export { raise, sizeText } from '../csv/limits.ts';

/** Bounds beyond which a file is refused rather than trusted. */
export interface Limits extends ScanLimits {
  /** A play file that touches more dates would make a folder of tiny parts. */
  readonly maxDatesPerFile: number;
  /** Rows of plays that one transform plan takes together, unless one date alone has more. */
  readonly playsPerTransform: number;
  /** Parts that one transform plan reads together, unless one date alone has more. */
  readonly partsPerTransform: number;
  /** A file up to this size, unpacked as far as one can tell, is taken beside several others like it. */
  readonly smallFileBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  ...DEFAULT_SCAN_LIMITS,
  maxDatesPerFile: 400,
  playsPerTransform: 5_000_000,
  partsPerTransform: 1_000,
  smallFileBytes: 1024 * 1024,
};

/** What people call the limits that they can set. */
export const LIMIT_KEYS = {
  ...SCAN_LIMIT_KEYS,
  maxDatesPerFile: 'max-dates-per-file',
} as const satisfies Partial<Record<keyof Limits, string>>;

const MANY = Number.MAX_SAFE_INTEGER;
/** A record is held in memory several times, and each thread of the engine holds two. */
const LONGEST_RECORD = 64 * 1024 * 1024;

/** The least and the most that each limit can be. */
export const LIMIT_BOUNDS: Readonly<Record<keyof Limits, readonly [least: number, most: number]>> = {
  maxRecordBytes: [1, LONGEST_RECORD],
  maxFieldBytes: [1, LONGEST_RECORD],
  maxColumns: [1, 10_000],
  maxBytes: [1, MANY],
  maxRecords: [1, MANY],
  maxGzipRatio: [1, MANY],
  gzipRatioFreeBytes: [0, MANY],
  maxDatesPerFile: [1, 100_000],
  playsPerTransform: [1, MANY],
  partsPerTransform: [1, MANY],
  smallFileBytes: [0, MANY],
};
