import type { Dataset } from '../../contracts/contract.ts';
import { MAX_KEY_BYTES } from '../../lake/local-keys.ts';
import type { Lake, ObjectInfo } from '../../lake/lake.ts';
import { rawPrefix, sidecarKey } from '../../lake/zones.ts';
import type { SourceFile } from '../context.ts';

/** What uploaders call a file while they still write it. */
const TEMPORARY = /(\.(part|partial|tmp|temp|filepart|crdownload|swp)|~)$/i;

/** `sidecarKey` of a play file. */
const SIDECAR = /\.csv(\.gz)?\.meta\.json$/;

/** Hidden, or still being written. */
export function isIgnored(filename: string): boolean {
  const hidden = filename.split('/').some((segment) => segment.startsWith('.') || segment.startsWith('_'));
  return hidden || TEMPORARY.test(filename);
}

export const isTakenName = (filename: string): boolean => /\.csv(\.gz)?$/.test(filename);
export const isSidecarName = (filename: string): boolean => SIDECAR.test(filename);

export interface Arrivals {
  readonly files: readonly SourceFile[];
  /** Objects that are no play files, or whose key no lake can hold, by key: nobody takes them, so a person should hear of them. */
  readonly strangers: readonly string[];
}

/** What people are told of a stranger. */
export const LEFT_ALONE =
  'left where it is: only .csv and .csv.gz files with a path of at most 1,024 bytes are taken';

export type Pending = Readonly<Record<Dataset, Arrivals>>;

/** Everything that lies in `raw/` now. */
export async function allPending(lake: Lake): Promise<Pending> {
  return {
    users: await pendingFiles(lake, 'users'),
    songs: await pendingFiles(lake, 'songs'),
    streams: await pendingFiles(lake, 'streams'),
  };
}

/** The files that lie in a dataset's raw folder now, in the byte order of their names. */
export async function pendingFiles(lake: Lake, dataset: Dataset): Promise<Arrivals> {
  const files: SourceFile[] = [];
  const strangers: string[] = [];
  const sidecars = new Map<string, ObjectInfo>();
  const prefix = rawPrefix(dataset);
  for await (const object of lake.list(prefix)) {
    const filename = object.key.slice(prefix.length);
    if (isIgnored(filename)) continue;
    const fits = Buffer.byteLength(object.key) <= MAX_KEY_BYTES;
    if (fits && isTakenName(filename)) files.push({ dataset, filename, object });
    else if (fits && isSidecarName(filename)) sidecars.set(object.key, object);
    else strangers.push(object.key);
  }
  return { files: files.map((file) => withSidecar(file, sidecars)), strangers };
}

function withSidecar(file: SourceFile, sidecars: ReadonlyMap<string, ObjectInfo>): SourceFile {
  const sidecar = sidecars.get(sidecarKey(file.object.key));
  return sidecar === undefined ? file : { ...file, sidecar };
}
