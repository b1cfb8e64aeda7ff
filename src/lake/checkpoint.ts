import { z } from 'zod';
import { LOG_FORMAT, logEntrySchema } from './entry.ts';
import type { Lake } from './lake.ts';
import { parseJson, sealed, sealOf } from './seal.ts';
import { CHECKPOINT } from './zones.ts';

export const checkpointSchema = z.object({
  format: z.literal(LOG_FORMAT),
  /** SHA-256 of the newest entry's bytes, the `previous` of the next. */
  head: z.string(),
  /** Entries up to this number need nothing more: visible, marked, archived. */
  settled: z.number().int().nonnegative(),
  entries: z.array(logEntrySchema),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;
const formatSchema = checkpointSchema.pick({ format: true });

/**
 * The checkpoint's object, shared by all runners of a lake. One that stood still must not write over what
 * another had a reason to take back: only the version that was read last is replaced.
 */
export class StoredCheckpoint {
  readonly #lake: Lake;
  #version: string | undefined;

  constructor(lake: Lake) {
    this.#lake = lake;
  }

  /** undefined if there is none, or it is not what was written. */
  async read(): Promise<Checkpoint | undefined> {
    const found = await this.#lake.read(CHECKPOINT);
    this.#version = found?.version;
    return found === undefined ? undefined : parse(found.body);
  }

  /** `false` if it is not, or not any more, the one that was read last; then nothing was written. */
  async replace(checkpoint: Checkpoint): Promise<boolean> {
    const body = sealed(JSON.stringify(checkpoint));
    const written = await this.#lake.putIfMatch(CHECKPOINT, body, this.#version);
    if (written === undefined) return false;
    this.#version = written.version;
    return true;
  }
}

function parse(body: Uint8Array): Checkpoint | undefined {
  const seal = sealOf(body);
  if (seal === 'broken') return undefined;
  const json = parseJson(body);
  if (seal === 'none' || !formatSchema.safeParse(json).success) return checkpointSchema.safeParse(json).data;
  // Our own words: each entry was looked at when the log was read, and it would take longest here. The types
  // say that looking again would change nothing.
  const written: Checkpoint = json as z.input<typeof checkpointSchema>;
  return written;
}
