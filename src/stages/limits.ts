import { DEFAULT_SCAN_LIMITS, type ScanLimits } from '../csv/limits.ts';

/** Bounds beyond which a file is refused rather than trusted. */
export interface Limits extends ScanLimits {
  /** A play file that touches more dates would make a folder of tiny parts. */
  readonly maxDatesPerFile: number;
  /** Rows of plays that one transform plan takes together, unless one date alone has more. */
  readonly playsPerTransform: number;
  /** Parts that one transform plan reads together, unless one date alone has more. */
  readonly partsPerTransform: number;
}

export const DEFAULT_LIMITS: Limits = {
  ...DEFAULT_SCAN_LIMITS,
  maxDatesPerFile: 400,
  playsPerTransform: 5_000_000,
  partsPerTransform: 1_000,
};
