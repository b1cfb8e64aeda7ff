import { hostname, uptime } from 'node:os';
import pRetry from 'p-retry';
import { HitparadeError } from '../errors.ts';
import type { Lake } from '../lake/lake.ts';
import { PUBLISH_LOCK } from '../lake/zones.ts';
import { isOwnerAlive } from '../stages/check-if-processed/claim.ts';
import type { RunContext } from './session.ts';

/** Another process of this machine publishes, and did not end while we waited. */
class PublishingElsewhereError extends HitparadeError {
  readonly kind = 'temporary';
}

/** One publisher takes seconds; one that takes longer than this has a year to publish, or hangs. */
const PATIENCE = {
  retries: 1_000,
  minTimeout: 50,
  maxTimeout: 1_000,
  maxRetryTime: 120_000,
  randomize: true,
};

/**
 * Lets one process of this machine at a time publish dates of a lake: two that write the files and items
 * of one date could mix them. The lock is an object that names its owner; that of a dead owner is taken
 * away, and only by whoever saw exactly that one.
 */
export async function publishing<T>(context: RunContext, work: () => Promise<T>): Promise<T> {
  const { lake, log, owner, signal } = context;
  const shouldRetry = ({ error }: { error: Error }): boolean => error instanceof PublishingElsewhereError;
  await pRetry(() => acquire(lake, owner), { ...PATIENCE, shouldRetry, signal });
  try {
    // What others committed while we waited is published by us.
    await log.catchUp();
    return await work();
  } finally {
    const held = await lake.head(PUBLISH_LOCK);
    if (held !== undefined && (await ownerOf(lake)) === owner)
      await lake.deleteIfMatch(PUBLISH_LOCK, held.version);
  }
}

async function acquire(lake: Lake, owner: string): Promise<void> {
  if (await lake.putIfAbsent(PUBLISH_LOCK, Buffer.from(owner))) return;
  const held = await lake.head(PUBLISH_LOCK);
  const holder = await ownerOf(lake);
  if (held !== undefined && holder !== undefined && isDead(holder, held.modified)) {
    await lake.deleteIfMatch(PUBLISH_LOCK, held.version);
  }
  throw new PublishingElsewhereError(
    `another process (${holder ?? 'unknown'}) publishes dates of this lake.`,
    {
      hint: `Run again when it has ended. If it is known to be dead, delete ${PUBLISH_LOCK} in the lake.`,
    },
  );
}

/** Process numbers begin anew with the machine. */
function isDead(holder: string, since: Date): boolean {
  const started = Date.now() - uptime() * 1000;
  const here = holder.startsWith(`${hostname()}:`);
  return here && (since.getTime() < started || !isOwnerAlive(holder));
}

async function ownerOf(lake: Lake): Promise<string | undefined> {
  const body = await lake.get(PUBLISH_LOCK);
  return body === undefined ? undefined : Buffer.from(body).toString('utf8');
}
