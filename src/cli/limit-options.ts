import type { BOUNDS } from '../pipeline/config.ts';
import { DEFAULTS, LIMIT_KEYS, sizeText } from '../pipeline/config.ts';
import type { GlobalOption } from './options.ts';

/** An option that few people ever need; the help only says that there are such. */
export interface LimitOption extends GlobalOption {
  readonly hidden: true;
  /** In the library's configuration; of `limits`, if it is among those. */
  readonly name: keyof typeof BOUNDS;
  readonly placeholder: '<size>' | '<number>';
}

export const LIMIT_OPTIONS = [
  {
    key: LIMIT_KEYS.maxFieldBytes,
    name: 'maxFieldBytes',
    placeholder: '<size>',
    description: 'longest field of a row, quotes included; a row with a longer one is bad',
    defaultText: sizeText(DEFAULTS.limits.maxFieldBytes),
    hidden: true,
  },
  {
    key: LIMIT_KEYS.maxRecordBytes,
    name: 'maxRecordBytes',
    placeholder: '<size>',
    description:
      'longest row; a longer one is bad. Each thread of the engine needs a few times as much memory',
    defaultText: sizeText(DEFAULTS.limits.maxRecordBytes),
    hidden: true,
  },
  {
    key: LIMIT_KEYS.maxColumns,
    name: 'maxColumns',
    placeholder: '<number>',
    description: 'most columns of a file; more reject it',
    defaultText: String(DEFAULTS.limits.maxColumns),
    hidden: true,
  },
  {
    key: LIMIT_KEYS.maxRecords,
    name: 'maxRecords',
    placeholder: '<number>',
    description: 'most rows of a file, bad ones included; more reject it',
    defaultText: String(DEFAULTS.limits.maxRecords),
    hidden: true,
  },
  {
    key: LIMIT_KEYS.maxBytes,
    name: 'maxBytes',
    placeholder: '<size>',
    description: 'largest file, as received and unpacked; a larger one is rejected',
    defaultText: sizeText(DEFAULTS.limits.maxBytes),
    hidden: true,
  },
  {
    key: LIMIT_KEYS.maxGzipRatio,
    name: 'maxGzipRatio',
    placeholder: '<number>',
    description: `unpacked bytes for each byte of a .gz file of more than ${sizeText(DEFAULTS.limits.gzipRatioFreeBytes)} unpacked; more reject it`,
    defaultText: String(DEFAULTS.limits.maxGzipRatio),
    hidden: true,
  },
  {
    key: LIMIT_KEYS.maxDatesPerFile,
    name: 'maxDatesPerFile',
    placeholder: '<number>',
    description: 'most dates that the plays of one file may have; more reject it',
    defaultText: String(DEFAULTS.limits.maxDatesPerFile),
    hidden: true,
  },
  {
    key: 'max-attempts',
    name: 'maxAttempts',
    placeholder: '<number>',
    description: 'tries after which a file that never gets through is set aside',
    defaultText: String(DEFAULTS.maxAttempts),
    hidden: true,
  },
  {
    key: 'lease-seconds',
    name: 'leaseSeconds',
    placeholder: '<number>',
    description: 'how long a runner may be silent before another one takes over its file',
    defaultText: String(DEFAULTS.leaseSeconds),
    hidden: true,
  },
  {
    key: 'settle-seconds',
    name: 'settleSeconds',
    placeholder: '<number>',
    description: 'how long a file must not have changed before it is taken',
    defaultText: String(DEFAULTS.settleSeconds),
    hidden: true,
  },
] as const satisfies readonly LimitOption[];

export type LimitKey = (typeof LIMIT_OPTIONS)[number]['key'];
