/** What one file may ask of this machine. A value equal to a limit is still allowed. */
export interface ScanLimits {
  /**
   * Bytes of one record without its line end; a longer one is malformed. 1 MiB: a play has about 60. So
   * much is held in memory; must be below 1 GiB.
   */
  readonly maxRecordBytes: number;
  /** Bytes of one field as it stands in the file, its quotes included; a longer one is malformed. 64 KiB. */
  readonly maxFieldBytes: number;
  /** Columns of the header; more reject the file. 256. */
  readonly maxColumns: number;
  /** Uncompressed bytes, and bytes received; more reject the file. 10 GiB. */
  readonly maxBytes: number;
  /** Data records, malformed ones included; more reject the file. 50 million. */
  readonly maxRecords: number;
  /** Uncompressed bytes per compressed byte; more reject the file. 100: CSV reaches about 20. */
  readonly maxGzipRatio: number;
  /** So many uncompressed bytes are allowed at any ratio: little files compress absurdly well. 1 MiB. */
  readonly gzipRatioFreeBytes: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_SCAN_LIMITS: ScanLimits = {
  maxRecordBytes: MIB,
  maxFieldBytes: 64 * KIB,
  maxColumns: 256,
  maxBytes: 10 * KIB * MIB,
  maxRecords: 50_000_000,
  maxGzipRatio: 100,
  gzipRatioFreeBytes: MIB,
};

/** What people call the limits: flags, variables and keys of the config file. */
export const SCAN_LIMIT_KEYS = {
  maxRecordBytes: 'max-row-bytes',
  maxFieldBytes: 'max-field-bytes',
  maxColumns: 'max-columns',
  maxBytes: 'max-file-bytes',
  maxRecords: 'max-rows',
  maxGzipRatio: 'max-gzip-ratio',
} as const satisfies Partial<Record<keyof ScanLimits, string>>;

/** The end of a hint about a limit. */
export const raise = (key: string): string => `raise ${key}, with --${key} or in the config file.`;

/** A size as people write it in the configuration: `64KiB`, and `1000 bytes` where no unit fits. */
export function sizeText(bytes: number): string {
  for (const [unit, size] of UNITS) if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  return `${bytes} bytes`;
}

const UNITS = [
  ['GiB', KIB * MIB],
  ['MiB', MIB],
  ['KiB', KIB],
] as const;

/** How many new bytes are scanned at a time. The result never depends on it. */
export const DEFAULT_BLOCK_BYTES = MIB;
