import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FileRejectedError } from '../errors.ts';
import { ObjectMissingError } from '../lake/errors.ts';
import { hashObject } from '../lake/hash-object.ts';
import type { Lake, ObjectInfo } from '../lake/lake.ts';

/** Codes of rejections that another sidecar undoes. */
export const SIDECAR_MISMATCH = 'sidecar_mismatch';
export const SIDECAR_UNREADABLE = 'sidecar_unreadable';

/** A sidecar has some hundred bytes; a larger one is something else. */
const MOST_BYTES = 64 * 1024;

const schema = z.object({
  /** Data records: without the header, bad ones included. */
  rows: z.int().nonnegative().optional(),
  /** Of the file as received: what came compressed is not unpacked. */
  bytes: z.int().nonnegative().optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
    .transform((text) => text.toLowerCase())
    .optional(),
});

/** What the sender of a file says of it. */
export type Claims = z.infer<typeof schema>;

export interface Sidecar {
  /** SHA-256 of its own bytes, lower-case hex. */
  readonly hash: string;
  /** Undefined if it cannot be read. */
  readonly claims: Claims | undefined;
  /** Why it cannot be read. */
  readonly fault: string;
}

/** @throws ObjectMissingError if it went since it was listed */
export async function readSidecar(lake: Lake, { key, bytes }: ObjectInfo): Promise<Sidecar> {
  if (bytes > MOST_BYTES) {
    const fault = `it has ${bytes} bytes, and at most ${MOST_BYTES} are read`;
    return { hash: (await hashObject(lake, key)).sha256, claims: undefined, fault };
  }
  const body = await lake.get(key);
  if (body === undefined) throw new ObjectMissingError(key);
  const hash = sha256(body);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { hash, claims: undefined, fault: 'it is no JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { hash, claims: parsed.data, fault: '' };
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  return {
    hash,
    claims: undefined,
    fault: `${place === '' ? '' : `${place}: `}${issue?.message ?? 'it has another form'}`,
  };
}

/** Why a file cannot be taken with this sidecar, as far as `came` is known; undefined if nothing is wrong. */
export function refusalBy(
  { claims, fault }: Pick<Sidecar, 'claims' | 'fault'>,
  came: Claims,
): FileRejectedError | undefined {
  if (claims === undefined) {
    return new FileRejectedError(
      SIDECAR_UNREADABLE,
      `the sidecar (.meta.json) of this file cannot be read: ${fault}.`,
      { hint: 'It may have {"rows": 3, "bytes": 120, "sha256": "…"}, or any of these. Deliver both again.' },
    );
  }
  const wrong = (['rows', 'bytes', 'sha256'] as const).flatMap((name) => {
    const [said, found] = [claims[name], came[name]];
    if (said === undefined || found === undefined || said === found) return [];
    return name === 'sha256'
      ? [`the SHA-256 ${said}, but ${found} came`]
      : [`${said} ${name}, but ${found} came`];
  });
  if (wrong.length === 0) return undefined;
  return new FileRejectedError(
    SIDECAR_MISMATCH,
    `the file is not what its sidecar (.meta.json) says: ${wrong.join('; ')}.`,
    { hint: 'The upload may be incomplete, or the sidecar is of another file. Deliver both again.' },
  );
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
