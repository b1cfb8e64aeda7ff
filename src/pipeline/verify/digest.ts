import { createHash } from 'node:crypto';
import { ObjectChangedError, ObjectMissingError } from '../../lake/errors.ts';
import type { Lake } from '../../lake/lake.ts';

export interface Digest {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly lines: number;
  /** SHA-256 of the first bytes, if there are more than those that were asked for. */
  readonly beginning: string | undefined;
}

/** Reads a whole object as a stream, again if it changes meanwhile; undefined if it is not there. */
export async function digest(lake: Lake, key: string, first = Infinity): Promise<Digest | undefined> {
  for (;;) {
    try {
      return await read(lake, key, first);
    } catch (error) {
      if (error instanceof ObjectMissingError) return undefined;
      if (!(error instanceof ObjectChangedError)) throw error;
    }
  }
}

async function read(lake: Lake, key: string, first: number): Promise<Digest> {
  const source = await lake.open(key);
  const hash = createHash('sha256');
  let beginning: string | undefined;
  let bytes = 0;
  let lines = 0;
  for await (const chunk of source.stream as AsyncIterable<Buffer>) {
    const rest = first - bytes;
    if (beginning === undefined && rest >= 0 && chunk.length > rest) {
      beginning = hash.copy().update(chunk.subarray(0, rest)).digest('hex');
    }
    hash.update(chunk);
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
    bytes += chunk.length;
  }
  await source.assertUnchanged();
  return { sha256: hash.digest('hex'), bytes, lines, beginning };
}
