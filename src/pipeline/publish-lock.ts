import { PUBLISH_LOCK } from '../lake/zones.ts';
import { PublishingElsewhereError } from './errors.ts';
import { whileBeating } from './heartbeat.ts';
import type { RunContext } from './session.ts';
import { makeAllVisible } from './settle-stage.ts';

/** One publisher takes seconds; one that takes longer than this has a year to publish. */
const PATIENCE_MS = 120_000;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 1_000;

/**
 * Lets one process at a time publish dates of a lake, because two would do the same work twice. It is no
 * more than that: what is published is right with any number of publishers. The lock is an object that names
 * its owner and changes with every beat. It is taken over from an owner that is dead, or that was not
 * seen to beat for the time of a lease.
 * @throws PublishingElsewhereError if another process publishes all the while
 */
export async function publishing<T>(
  context: RunContext,
  work: (context: RunContext) => Promise<T>,
): Promise<T> {
  const lock = await acquire(context);
  try {
    // What others committed while we waited is published by us, whether they made it visible yet or not.
    await context.log.catchUp();
    await makeAllVisible(context);
    return await whileBeating(context, { of: 'the publishing of dates', beat: () => lock.beat() }, work);
  } finally {
    await lock.release();
  }
}

class PublishLock {
  readonly #context: RunContext;
  #version: string;
  #beats = 0;

  constructor(context: RunContext, version: string) {
    this.#context = context;
    this.#version = version;
  }

  async beat(): Promise<boolean> {
    const { lake, owner } = this.#context;
    this.#beats += 1;
    const next = await lake.putIfMatch(PUBLISH_LOCK, bodyOf(owner, this.#beats), this.#version);
    if (next !== undefined) this.#version = next.version;
    return next !== undefined;
  }

  async release(): Promise<void> {
    await this.#context.lake.deleteIfMatch(PUBLISH_LOCK, this.#version);
  }
}

async function acquire(context: RunContext): Promise<PublishLock> {
  const { lake, owner, ports, signal, leaseSeconds } = context;
  const since = ports.elapsedMs();
  let seen = { version: '', atMs: 0 };
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    signal.throwIfAborted();
    const made = await lake.putIfMatch(PUBLISH_LOCK, bodyOf(owner, 0), undefined);
    if (made !== undefined) return new PublishLock(context, made.version);
    const held = await lake.read(PUBLISH_LOCK);
    const nowMs = ports.elapsedMs();
    if (held !== undefined) {
      const holder = Buffer.from(held.body).toString('utf8');
      if (held.version !== seen.version) seen = { version: held.version, atMs: nowMs };
      const silent = nowMs - seen.atMs >= leaseSeconds * 1000;
      if (silent || !ports.isOwnerAlive(holder, held.modified)) {
        const taken = await lake.putIfMatch(PUBLISH_LOCK, bodyOf(owner, 0), held.version);
        if (taken !== undefined) return new PublishLock(context, taken.version);
      }
      if (nowMs - since >= PATIENCE_MS) throw new PublishingElsewhereError(holder);
    }
    await ports.sleep(waitMs, signal);
  }
}

/** Begins with the owner. The number makes each beat another content, and so another version in any lake. */
const bodyOf = (owner: string, beat: number): Uint8Array => Buffer.from(`${owner}:${beat}`);
