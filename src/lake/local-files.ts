import { constants, lstatSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HitparadeError } from '../errors.ts';
import { HardLinksUnsupportedError, LakeAccessError, LakeFullError, LakeIoError } from './errors.ts';
import type { ObjectInfo } from './lake.ts';

export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Runs a step on the file system; its errors tell what was tried, with the cause kept. */
export async function doing<T>(action: string, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw named(action, error);
  }
}

/** What a failure of the file system means for a lake. */
export function named(action: string, error: unknown): unknown {
  if (error instanceof HitparadeError) return error;
  switch (errnoOf(error)) {
    case undefined:
      return error;
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new LakeFullError(action, error);
    case 'EPERM':
      // Linux says EPERM for link(2) on a file system without hard links, such as FAT.
      if (error instanceof Error && 'syscall' in error && error.syscall === 'link') {
        return new HardLinksUnsupportedError(action, error);
      }
      return new LakeAccessError(action, error);
    case 'EACCES':
      return new LakeAccessError(action, error);
    case 'EROFS':
      return new LakeAccessError(`${action}: the file system is mounted read-only`, error);
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
    case 'ENOSYS':
      return new HardLinksUnsupportedError(action, error);
    default:
      return new LakeIoError(action, error);
  }
}

/** Makes a folder and those above it. Node's own `recursive` says ENOENT on a read-only file system. */
export async function makeFolders(path: string): Promise<void> {
  if (await madeOrThere(path)) return;
  await makeFolders(dirname(path));
  await mkdir(path).catch(unlessThere);
}

/** False if the folder above is missing. */
async function madeOrThere(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && dirname(path) !== path) return false;
    unlessThere(error);
  }
  return true;
}

function unlessThere(error: unknown): void {
  if (errnoOf(error) !== 'EEXIST') throw error;
}

/**
 * What stands at the path itself, links not followed; `undefined` if nothing does. Not a promise: the system
 * nearly always knows the answer by heart, and to ask for it on another thread takes twenty times as long.
 */
export function lstatIfPresent(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** True if every folder on the way from the root to the key is a real one: no link leads out of the lake. */
export function foldersAreReal(root: string, key: string): boolean {
  let path = root;
  for (const name of key.split('/').slice(0, -1)) {
    path = join(path, name);
    if (lstatIfPresent(path)?.isDirectory() !== true) return false;
  }
  return true;
}

/** Opens a regular file for reading, and nothing else: no link, pipe, device or folder. */
export async function openRegular(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly stat: BigIntStats } | undefined> {
  // Asked first, because opening a device can already have an effect.
  if (lstatIfPresent(path)?.isFile() !== true) return undefined;
  let handle: FileHandle;
  try {
    // O_NONBLOCK: a pipe that took the file's place in this moment must not make us wait.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO') return undefined;
    throw error;
  }
  try {
    const stat = await handle.stat({ bigint: true });
    if (stat.isFile()) return { handle, stat };
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

/** The first bytes of a file, or all that it has. */
export async function readBytes(file: FileHandle, bytes: number): Promise<Uint8Array> {
  const body = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(body, filled, bytes - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return body.subarray(0, filled);
}

export const infoOf = (key: string, stat: BigIntStats): ObjectInfo => ({
  key,
  bytes: Number(stat.size),
  modified: stat.mtime,
  version: versionOf(stat),
  content: contentOf(stat),
});

/** The change time is in it too: it sees a rewrite that put the old modification time back. */
export const versionOf = (stat: BigIntStats): string => `${contentOf(stat)}-${stat.ctimeNs.toString()}`;

/** The part of the version that a rename or a further hard link leaves alone. */
export const contentOf = (stat: BigIntStats): string =>
  [stat.size, stat.mtimeNs, stat.ino].map((number) => number.toString()).join('-');

export const contentOfVersion = (version: string): string => version.slice(0, version.lastIndexOf('-'));
