import { createHash } from 'node:crypto';
import type { Lake } from './lake.ts';

/**
 * Reads a whole object.
 * @returns SHA-256 as lower-case hex, and the number of bytes read
 * @throws ObjectMissingError, ObjectChangedError
 */
export async function hashObject(lake: Lake, key: string): Promise<{ sha256: string; bytes: number }> {
  const source = await lake.open(key);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of source.stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  await source.assertUnchanged();
  return { sha256: hash.digest('hex'), bytes };
}
