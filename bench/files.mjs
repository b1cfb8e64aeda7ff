import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, cp, mkdir, open, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Hash of all compiled files below some directories: changes whenever that code does.
 * @param {...string} directories
 */
export async function hashOfCode(...directories) {
  const hash = createHash('sha256');
  for (const directory of directories) {
    const entries = await readdir(directory, { recursive: true });
    for (const entry of entries.filter((name) => name.endsWith('.js')).sort()) {
      hash.update(`${entry}\n`).update(await readFile(path.join(directory, entry)));
    }
  }
  return hash.digest('hex').slice(0, 12);
}

/** @param {unknown} error */
const isAbsent = (error) => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * @param {string} file
 * @returns {Promise<Record<string, unknown> | undefined>} undefined if there is none
 */
export async function readJson(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** @param {string} place */
export const exists = (place) =>
  access(place).then(
    () => true,
    () => false,
  );

/**
 * Copies files, never links them: a second name for its source would be seen, and cost our side another copy.
 * Puts them on disk, as deliveries are after a moment: who runs next must not be measured while that is done.
 * @param {readonly string[]} files
 * @param {string} directory
 */
export async function placeFiles(files, directory) {
  await mkdir(directory, { recursive: true });
  for (const file of files) {
    const copy = path.join(directory, path.basename(file));
    await copyFile(file, copy, constants.COPYFILE_FICLONE);
    const handle = await open(copy);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
export async function copyDirectory(from, to) {
  await cp(from, to, { recursive: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE });
}
