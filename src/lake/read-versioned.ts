import { ObjectMissingError } from './errors.ts';
import type { Lake, ObjectInfo } from './lake.ts';

/** A small object with the version that exactly these bytes have; undefined if there is none. */
export async function readVersioned(
  lake: Lake,
  key: string,
): Promise<(ObjectInfo & { readonly body: Uint8Array }) | undefined> {
  try {
    const { info, stream } = await lake.open(key);
    return { ...info, body: Buffer.concat(await stream.toArray()) };
  } catch (error) {
    if (error instanceof ObjectMissingError) return undefined;
    throw error;
  }
}
