import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, lstatIfPresent } from '../../lake/local-files.ts';
import { PRIVATE_NAME } from '../../lake/local-keys.ts';
import { syncDirectory } from '../../lake/sync-directory.ts';
import { ARCHIVE, LOG, PRIVATE, PROCESSED, RAW, STAGING, VALIDATED } from '../../lake/zones.ts';
import { fine, wrong } from './checked.ts';
import type { DoctorCheck } from './report.ts';

const ROOM_BYTES = 2 ** 30;
/** File systems and machines whose times differ by more than this make a mess of what was modified when. */
export const CLOCK_MS = 60_000;
const RIGHTS = 'Give this user the right to read and write the lake, or choose another lake with --lake.';
const LINKS =
  'Put the lake on a file system with hard links, such as ext4, XFS, Btrfs, APFS or NTFS; FAT and many network shares have none.';

/** What a trial on the file system of a folder showed; undefined where it was not reached. */
interface Trial {
  readonly written?: string;
  readonly linked?: string;
  readonly synced?: string;
  /** The file system's time minus this machine's, in milliseconds. */
  readonly skewMs?: number;
}

/** Tries in a folder what the lake will need there, in a scratch folder that goes again. */
async function tryOut(folder: string): Promise<Trial> {
  const scratch = join(folder, `${PRIVATE_NAME}-doctor-${randomUUID()}`);
  let trial: Trial = { written: 'no', linked: 'not tried', synced: 'not tried' };
  try {
    try {
      await mkdir(scratch);
      const file = await open(join(scratch, 'one'), 'wx');
      try {
        await file.writeFile('doctor');
        await file.sync();
        const skewMs = (await file.stat()).mtimeMs - Date.now();
        trial = { ...trial, written: 'yes', skewMs };
      } finally {
        await file.close();
      }
    } catch (error) {
      return { ...trial, written: reason(error) };
    }
    const linked = await link(join(scratch, 'one'), join(scratch, 'two')).then(() => 'yes', reason);
    const synced = await syncDirectory(scratch).then(() => 'yes', reason);
    return { ...trial, linked, synced };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const reason = (error: unknown): string => errnoOf(error) ?? String(error);

/** The lake's folder and what its file systems can do. */
export async function checkDisk(directory: string): Promise<readonly DoctorCheck[]> {
  const root = await stat(directory).catch(() => undefined);
  if (root?.isDirectory() !== true) {
    const found = root === undefined ? `${directory} does not exist` : `${directory} is not a folder`;
    return [wrong('lake', found, 'Check --lake, or make a lake there: `hitparade init <dir>`.')];
  }
  const folders = [directory, ...mountsBelow(directory, root.dev)];
  const trials = new Map<string, Trial>();
  for (const folder of folders) trials.set(folder, await tryOut(folder));
  const all = (aspect: 'written' | 'linked' | 'synced'): readonly string[] =>
    [...trials].flatMap(([folder, trial]) =>
      trial[aspect] === 'yes' ? [] : [`${folder}: ${trial[aspect] ?? ''}`],
    );
  const verdict = (name: string, good: string, bad: readonly string[], remedy: string): DoctorCheck =>
    bad.length === 0 ? fine(name, good) : wrong(name, bad.join('; '), remedy);
  const skews = [...trials.values()].flatMap(({ skewMs }) => skewMs ?? []);
  const skewMs = skews.reduce((worst, skew) => (Math.abs(skew) > Math.abs(worst) ? skew : worst), 0);
  return [
    verdict('lake', `${directory} can be written`, all('written'), RIGHTS),
    verdict('hard_links', mounts(folders.length), all('linked'), LINKS),
    verdict(
      'folder_sync',
      'names can be made durable',
      all('synced'),
      'Use a local file system for the lake.',
    ),
    Math.abs(skewMs) > CLOCK_MS
      ? wrong('file_times', `files get times ${Math.round(skewMs / 1000)} s off this clock`, SYNCHRONISE)
      : fine('file_times', 'files get times of this clock'),
  ];
}

export const SYNCHRONISE = 'Let the clocks of this machine and of the server be synchronised (NTP).';

const mounts = (count: number): string =>
  count === 1
    ? 'work in the lake'
    : `work in the lake and on ${count - 1} other mounts below it; files that move between mounts are copied`;

/** Zones that lie on other file systems than the lake. */
function mountsBelow(directory: string, device: number): readonly string[] {
  const others: string[] = [];
  for (const zone of [RAW, VALIDATED, PROCESSED, ARCHIVE, LOG, STAGING]) {
    const folder = join(directory, zone);
    const found = lstatIfPresent(folder);
    if (found?.isDirectory() === true && Number(found.dev) !== device) others.push(folder);
  }
  return others;
}

export async function checkSpace(directory: string, pendingBytes: number): Promise<DoctorCheck> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const found = `${Math.floor(free / 2 ** 20)} MiB free, ${Math.ceil(pendingBytes / 2 ** 20)} MiB wait in raw/`;
  if (free < 2 * pendingBytes) {
    return wrong('space', found, 'Free some space: a file needs about twice its size while it is taken.');
  }
  return fine(
    'space',
    found,
    free < ROOM_BYTES ? 'Less than 1 GiB is free: make some room before it is gone.' : '',
  );
}

/** The keys of the embedded tables lie there. */
export async function checkPrivacy(directory: string): Promise<DoctorCheck> {
  const path = join(directory, PRIVATE);
  const found = await lstat(path).catch(() => undefined);
  const hasKeys = lstatIfPresent(join(path, 'dynamodb.json')) !== undefined;
  if (found === undefined || !hasKeys) return fine('private', `${PRIVATE} holds no keys`);
  const foreign = process.getuid !== undefined && found.uid !== process.getuid();
  const open = process.platform !== 'win32' && (found.mode & 0o077) !== 0;
  if (!foreign && !open) return fine('private', `only this user reads ${PRIVATE}`);
  const what = foreign ? 'belongs to another user' : `has the mode ${(found.mode & 0o777).toString(8)}`;
  return wrong(
    'private',
    `${path} ${what}`,
    foreign ? 'Run as the user who owns the lake.' : `\`chmod 700 ${PRIVATE}\``,
  );
}
