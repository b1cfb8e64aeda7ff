import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../../errors.ts';
import { ARCHIVE, RAW } from '../../lake/zones.ts';
import { demoDeliveries } from '../../samples/demo.ts';
import { onDisk } from '../on-disk.ts';
import { count } from '../render/numbers.ts';
import { MARKER, notDelivered, writeMarker } from './marker.ts';

const NAMED = 5;

/**
 * An empty directory for a demo.
 * @throws UsageError if there is something in it that no demo made
 */
export async function prepareDirectory(asked: string, cwd: string): Promise<string> {
  const directory = resolve(cwd, asked);
  await onDisk(`make a demo in ${directory}`, async () => {
    const names = await namesIn(directory);
    if (names.includes(MARKER)) {
      await assertOnlyDemoFiles(directory);
      await rm(directory, { recursive: true });
    } else if (names.length > 0) {
      throw new UsageError(`${directory} is not empty, and no demo made it`, {
        hint: 'choose another directory with --dir',
      });
    }
    await mkdir(directory, { recursive: true });
    await writeMarker(directory);
  });
  return directory;
}

/** Somebody may have tried files of their own in an earlier demo. */
async function assertOnlyDemoFiles(directory: string): Promise<void> {
  const strangers = [
    ...(await notDelivered(directory, await filesBelow(directory, RAW))),
    ...(await filesBelow(directory, ARCHIVE)).filter((key) => !isArchivedDemoFile(key)),
  ];
  if (strangers.length === 0) return;
  const more = strangers.length > NAMED ? ` and ${count(strangers.length - NAMED)} more` : '';
  const them = strangers.length === 1 ? 'it' : 'them';
  throw new UsageError(
    `${directory} holds what no demo made: ${strangers.slice(0, NAMED).join(', ')}${more}`,
    {
      hint: `a new demo would delete ${them}: move ${them} away, or choose another directory with --dir`,
    },
  );
}

/** The archive keeps names, and puts something behind those that came before with other bytes. */
function isArchivedDemoFile(key: string): boolean {
  const made = demoDeliveries().flatMap(({ files }) => files.map(({ filename }) => filename));
  return made.includes(basename(key).replace(/\.reasons\.json$/, ''));
}

/** Keys of the files of a zone, in their order; what is hidden is nobody's delivery. */
async function filesBelow(directory: string, zone: string): Promise<readonly string[]> {
  if ((await namesIn(join(directory, zone))).length === 0) return [];
  const entries = await readdir(join(directory, zone), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((key) => !key.split('/').some((segment) => segment.startsWith('.')))
    .sort();
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new UsageError(`${directory} is a file, not a directory`, { cause });
    throw cause;
  }
}
