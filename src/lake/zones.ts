import { createHash } from 'node:crypto';
import type { Dataset } from '../contracts/contract.ts';

/** Every path of the lake is made here; no path literal stands elsewhere. */

export const RAW = 'raw/';
export const VALIDATED = 'validated/';
export const BAD_RECORDS = 'bad-records/';
export const PROCESSED = 'processed/';
export const ARCHIVE = 'archive/';
export const LOG = '_log/';
export const STAGING = '_staging/';
/** Private to one machine: embedded tables, spill files. Never part of the lake's content. */
export const PRIVATE = '.hitparade/';

export const rawPrefix = (dataset: Dataset): string => `${RAW}${dataset}/`;
export const rawKey = (dataset: Dataset, filename: string): string => rawPrefix(dataset) + filename;

/** `_log/000000000012.json`: numbers padded, so that the order of keys is the order of entries. */
export const logKey = (n: number): string => `${LOG}${String(n).padStart(12, '0')}.json`;
export const LOG_ENTRY = /^_log\/\d{12}\.json$/;
export const CHECKPOINT = `${LOG}checkpoint/latest.json`;
export const RUN_HISTORY = `${LOG}runs/`;
export const runHistoryKey = (startedIso: string, run: string): string =>
  `${RUN_HISTORY}${startedIso.replaceAll(/[:.]/g, '-')}-${run}.json`;
/** Names the process that publishes, while one does: `host:process:id:beat`. */
export const PUBLISH_LOCK = `${STAGING}publish.lock`;
/** How the stages of one run, started one by one, talk with each other: one object a play file. */
export const runManifestPrefix = (run: string): string => `${STAGING}runs/${encodeURIComponent(run)}/`;
export const runManifestKey = (run: string, filename: string): string =>
  `${runManifestPrefix(run)}${createHash('sha256').update(filename).digest('hex').slice(0, 32)}.json`;

/**
 * A name for what an entry owns: readable, safe in every file system, and never used twice, because a
 * number of the log is never used twice. Names of source files are never used as a path.
 */
export const ownedName = (filename: string, n: number): string => `${readable(filename)}-${n}`;

function readable(filename: string): string {
  const stem = filename.replace(/\.csv(\.gz)?$/, '');
  return stem.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 48);
}

/** Users and songs have one part a file, plays one for each date. */
export function partKey(dataset: Dataset, name: string, date?: string): string {
  return `${VALIDATED}${dataset}/${date === undefined ? '' : `date=${date}/`}${name}.parquet`;
}
export const badRecordsKey = (dataset: Dataset, name: string, format: 'jsonl' | 'parquet'): string =>
  `${BAD_RECORDS}${dataset}/${name}.${format}`;

export const kpiPrefix = (folder: string): string => `${PROCESSED}${folder}/`;
/** One file a KPI and date. */
export const kpiKey = (folder: string, date: string): string =>
  `${kpiPrefix(folder)}date=${date}/${folder}.parquet`;
/** What `processed/` holds of a date, and from which log entries. */
export const PUBLICATIONS = `${PROCESSED}_publications/`;
export const publicationKey = (date: string): string => `${PUBLICATIONS}${date}.json`;

/** `suffix` tells apart two contents that came under one name. */
export function archiveKey(filename: string, at: Date, suffix: string): string {
  const month = at.toISOString().slice(0, 7).replace('-', '/');
  return `${ARCHIVE}streams/${month}/${withSuffix(filename, suffix)}`;
}
export const rejectedKey = (dataset: Dataset, filename: string, suffix: string): string =>
  `${ARCHIVE}rejected/${dataset}/${withSuffix(filename, suffix)}`;
/** Where a file is archived whose own place holds other bytes. */
export function archiveAside(key: string, cid: string): string {
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  return folder + withSuffix(key.slice(folder.length), `kept-${cid.slice(0, 12)}`);
}
/** Beside a source file, in `raw/` and in the archive: what its sender says of it. */
export const sidecarKey = (key: string): string => `${key}.meta.json`;
export const rejectionReasonsKey = (rejected: string): string => `${rejected}.reasons.json`;

/** Keeps the name that people know, unless it would grow beyond what file systems allow. */
function withSuffix(filename: string, suffix: string): string {
  const named = suffix === '' ? filename : filename.replace(/(\.csv(\.gz)?)?$/, `.${suffix}$1`);
  const longest = Math.max(...named.split('/').map((segment) => Buffer.byteLength(segment)));
  if (longest <= LONGEST_NAME && Buffer.byteLength(named) <= LONGEST_PATH) return named;
  const extension = /\.csv(\.gz)?$/.exec(filename)?.[0] ?? '';
  const identity = createHash('sha256').update(filename).digest('hex').slice(0, 16);
  return `${readable(filename)}-${identity}${suffix === '' ? '' : `.${suffix}`}${extension}`;
}

/** In bytes; leave room for what is put before and behind a name. */
const LONGEST_NAME = 200;
const LONGEST_PATH = 900;
