import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

/** Made up once for a directory of tables and kept, so that applications can be set up with it. */
export interface EmbeddedKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What `dynamodb.json` says: how to reach whoever hosts the tables. */
export interface Discovery extends EmbeddedKeys {
  /** Null while nobody hosts. After a crash it names an address where nobody answers. */
  readonly endpoint: string | null;
  readonly pid: number | null;
}

/** A host that was there when the file was written. */
export interface Reachable extends EmbeddedKeys {
  readonly endpoint: string;
}

export function isReachable(discovery: Discovery): discovery is Discovery & Reachable {
  return discovery.endpoint !== null;
}

const ENDPOINT = /^http:\/\/127\.0\.0\.1:\d+$/;
const ANSWER_MS = 1_000;

/** 128 random bits, in the letters that every AWS tool accepts. */
export function newKeys(): EmbeddedKeys {
  return {
    accessKeyId: `HITPARADE${randomBytes(16).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}

/** `undefined` if there is no such file, or it is not one of ours: the host writes a new one. */
export async function readDiscovery(file: string): Promise<Discovery | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isDiscovery(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all, and readable by this user only. */
export async function writeDiscovery(file: string, discovery: Discovery): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFile(temporary, `${JSON.stringify(discovery, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Whether the host of exactly these tables answers. Another program may have been given the port since,
 * so the answer must prove that it knows the secret.
 */
export async function answers({ endpoint, accessKeyId, secretAccessKey }: Reachable): Promise<boolean> {
  const challenge = randomUUID();
  try {
    const response = await fetch(`${endpoint}/?challenge=${challenge}`, {
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/challenge` },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const proof = Buffer.from((await response.text()).slice(0, 100));
    const expected = Buffer.from(proveSecret(secretAccessKey, challenge));
    return proof.length === expected.length && timingSafeEqual(proof, expected);
  } catch (error) {
    // Refused, reset, timed out or not HTTP: whatever it is, it is not the host.
    if (error instanceof Error) return false;
    throw error;
  }
}

export function proveSecret(secretAccessKey: string, challenge: string): string {
  return createHmac('sha256', secretAccessKey).update(`hitparade embedded tables ${challenge}`).digest('hex');
}

function isDiscovery(value: unknown): value is Discovery {
  if (typeof value !== 'object' || value === null) return false;
  if (!('accessKeyId' in value) || typeof value.accessKeyId !== 'string') return false;
  if (!/^\w{16,128}$/.test(value.accessKeyId)) return false;
  if (!('secretAccessKey' in value) || typeof value.secretAccessKey !== 'string') return false;
  if (!('endpoint' in value) || !('pid' in value)) return false;
  const { endpoint, pid } = value;
  const isEndpoint = endpoint === null || (typeof endpoint === 'string' && ENDPOINT.test(endpoint));
  return isEndpoint && (pid === null || typeof pid === 'number') && value.secretAccessKey !== '';
}
