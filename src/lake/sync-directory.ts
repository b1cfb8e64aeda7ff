import { open } from 'node:fs/promises';

interface Syncs {
  readonly underWay: Promise<void>;
  /** Of those that came while it was under way. */
  next?: Promise<void>;
}

const syncsOf = new Map<string, Syncs>();

/**
 * Puts the names in a folder on disk. Those that ask while a sync of it is under way share the next one: it
 * begins after all their changes, and many small files wait for the disk together.
 */
export async function syncDirectory(path: string): Promise<void> {
  const syncs = syncsOf.get(path);
  if (syncs === undefined) return begin(path);
  syncs.next ??= syncs.underWay.then(
    () => begin(path),
    () => begin(path),
  );
  return syncs.next;
}

function begin(path: string): Promise<void> {
  const syncs: Syncs = {
    underWay: sync(path).finally(() => {
      if (syncsOf.get(path) === syncs && syncs.next === undefined) syncsOf.delete(path);
    }),
  };
  syncsOf.set(path, syncs);
  return syncs.underWay;
}

async function sync(path: string): Promise<void> {
  // Windows cannot open a folder; NTFS writes names through its own journal.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
