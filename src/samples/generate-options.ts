import { UsageError } from '../errors.ts';
import { isDate } from './calendar.ts';

export interface Progress {
  /** Rows of play files handed to the disk so far. */
  readonly plays: number;
  /** Of all files, before compression. */
  readonly bytes: number;
}

export interface GenerateOptions {
  /** Where `raw/` is made. */
  readonly directory: string;
  /** Rows of all play files together, the broken ones too. */
  readonly plays: number;
  readonly days: number;
  /** Default: a twentieth of the plays, from 50 to 1,000,000. At most 2,000,000. */
  readonly users?: number | undefined;
  /** Default: a two-hundredth of the plays, from 40 to 90,000. At most 1,000,000. */
  readonly tracks?: number | undefined;
  /** Default 1. */
  readonly seed?: number | undefined;
  /** First day, `YYYY-MM-DD`. Default 2024-06-24. */
  readonly start?: string | undefined;
  /** Share of broken rows, 0 to 1. Default 0. */
  readonly badRate?: number | undefined;
  /** Share of rows that a client sends a second time at once, 0 to 1. Default 0. */
  readonly repeatRate?: number | undefined;
  /** Default 1. */
  readonly filesPerDay?: number | undefined;
  /** Play files as `.csv.gz`. Default false. */
  readonly compress?: boolean | undefined;
  /** Called for every chunk of about half a MB. */
  readonly onProgress?: ((done: Progress, totalPlays: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Defaulted =
  'users' | 'tracks' | 'seed' | 'start' | 'badRate' | 'repeatRate' | 'filesPerDay' | 'compress';
export type SettledOptions = Omit<GenerateOptions, Defaulted> & {
  readonly [name in Defaulted]: Exclude<GenerateOptions[name], undefined>;
};

const between = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value));

function checkInteger(name: string, value: number, low: number, high: number): void {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return;
  throw new UsageError(`${name} is ${value}; it must be a whole number from ${low} to ${high}`);
}

function checkShare(name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new UsageError(`${name} is ${value}; it must be a share from 0 to 1`);
}

/**
 * Fills in the defaults.
 * @throws UsageError if an option is out of its range
 */
export function settle(options: GenerateOptions): SettledOptions {
  const { plays } = options;
  // The upper bounds keep every product of the generator within exact integers.
  checkInteger('plays', plays, 1, 100_000_000_000);
  checkInteger('days', options.days, 1, 365);
  const settled = {
    ...options,
    users: options.users ?? between(50, Math.floor(plays / 20), 1_000_000),
    tracks: options.tracks ?? between(40, Math.floor(plays / 200), 90_000),
    seed: options.seed ?? 1,
    start: options.start ?? '2024-06-24',
    badRate: options.badRate ?? 0,
    repeatRate: options.repeatRate ?? 0,
    filesPerDay: options.filesPerDay ?? 1,
    compress: options.compress ?? false,
  };
  checkInteger('users', settled.users, 1, 2_000_000);
  checkInteger('tracks', settled.tracks, 1, 1_000_000);
  checkInteger('seed', settled.seed, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('filesPerDay', settled.filesPerDay, 1, 10_000);
  checkShare('badRate', settled.badRate);
  checkShare('repeatRate', settled.repeatRate);
  if (!isDate(settled.start) || settled.start >= '9000') {
    throw new UsageError(`start is "${settled.start}"; it must be a date before 9000, written YYYY-MM-DD`);
  }
  return settled;
}
