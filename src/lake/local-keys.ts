import { sep } from 'node:path';
import { InvalidKeyError } from './errors.ts';

/** S3's limit; kept here as well, so that a lake can move. */
export const MAX_KEY_BYTES = 1024;
/** What every common file system allows. */
const MAX_NAME_BYTES = 255;

/** Names in any folder that begin like this are the lake's own scratch and never objects. */
export const PRIVATE_NAME = '.hitparade';

export const isPrivateName = (name: string): boolean => name.startsWith(PRIVATE_NAME);

/** @throws InvalidKeyError unless `key` can name an object in every lake */
export function assertKey(key: string): void {
  assertText(key);
  for (const name of key.split('/')) assertName(key, name);
}

/**
 * Splits a prefix into the folder to read and the beginning of the names in it: `raw/str` is
 * `raw/` and `str`.
 * @throws InvalidKeyError
 */
export function splitPrefix(prefix: string): { readonly folder: string; readonly begin: string } {
  const end = prefix.lastIndexOf('/') + 1;
  assertText(prefix);
  if (end > 0) for (const name of prefix.slice(0, end - 1).split('/')) assertName(prefix, name);
  return { folder: prefix.slice(0, end), begin: prefix.slice(end) };
}

/** @throws InvalidKeyError unless `attempt` is safe as a single file name */
export function assertAttempt(attempt: string): void {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(attempt)) {
    throw new InvalidKeyError(
      attempt,
      'an attempt is 1 to 128 letters, digits, dots, dashes and underscores',
    );
  }
}

function assertText(key: string): void {
  const bytes = Buffer.from(key);
  // A lone surrogate would be written as U+FFFD, so two keys would share one file.
  if (bytes.toString() !== key) throw new InvalidKeyError(key, 'it is not well-formed Unicode');
  if (bytes.length > MAX_KEY_BYTES) {
    throw new InvalidKeyError(key, `it has ${bytes.length} bytes, and at most ${MAX_KEY_BYTES} are allowed`);
  }
  if (key.includes('\0')) throw new InvalidKeyError(key, 'it holds a NUL character');
  // A backslash is an ordinary character of a name, except where it separates folders.
  if (sep === '\\' && /[\\:]/.test(key)) {
    throw new InvalidKeyError(key, "it holds a '\\' or ':', which Windows reads as part of a path");
  }
}

function assertName(key: string, name: string): void {
  if (name === '') throw new InvalidKeyError(key, 'one of its names is empty');
  if (name === '.' || name === '..') throw new InvalidKeyError(key, `it holds the name '${name}'`);
  if (isPrivateName(name))
    throw new InvalidKeyError(key, `names that begin with '${PRIVATE_NAME}' are reserved`);
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_NAME_BYTES) {
    throw new InvalidKeyError(
      key,
      `one of its names has ${bytes} bytes, and at most ${MAX_NAME_BYTES} are allowed`,
    );
  }
}
