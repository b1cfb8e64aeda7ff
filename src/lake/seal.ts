import { createHash } from 'node:crypto';

/** `broken`: the bytes are not those that were sealed. `none`: written before there were seals. */
export type Seal = 'sound' | 'broken' | 'none';

const SEAL = /^,"seal":"([0-9a-f]{64})"\}\n$/;
const SEAL_BYTES = Buffer.byteLength(`,"seal":"${'0'.repeat(64)}"}\n`);

/**
 * A line of JSON whose last field is the hash of the text without that field: `{"n":1}` becomes
 * `{"n":1,"seal":"…"}`. For objects whose hash stands nowhere else.
 * @param json the text of an object with at least one field
 */
export function sealed(json: string): Uint8Array {
  return Buffer.from(`${json.slice(0, -1)},"seal":"${sha256(Buffer.from(json))}"}\n`);
}

/** Whether an object is, byte for byte, what was sealed. */
export function sealOf(body: Uint8Array): Seal {
  const bytes = viewOf(body);
  const expected = SEAL.exec(bytes.subarray(-SEAL_BYTES).toString('latin1'))?.[1];
  if (expected === undefined) {
    // Something may have been cut off or put behind it.
    return bytes.subarray(-2 * SEAL_BYTES).includes(',"seal":"') ? 'broken' : 'none';
  }
  return sha256(bytes.subarray(0, -SEAL_BYTES), '}') === expected ? 'sound' : 'broken';
}

/** The value of a sealed or never sealed object; undefined if its seal is broken, or it is no JSON. */
export function unsealed(body: Uint8Array): unknown {
  return sealOf(body) === 'broken' ? undefined : parseJson(body);
}

/** undefined if the bytes are no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(viewOf(bytes).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The same bytes, not a copy of them. */
const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const sha256 = (bytes: Uint8Array, end = ''): string =>
  createHash('sha256').update(bytes).update(end).digest('hex');
