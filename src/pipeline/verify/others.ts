import { PUBLISH_LOCK } from '../../lake/zones.ts';
import { LEDGER_TABLE } from '../../tables/definition.ts';
import type { VerifyContext } from './context.ts';
import type { TablesUnderTest } from './tables-under-test.ts';

/** Longer than a publisher is silent that lives. */
const SILENT_MS = 30_000;
const PATIENCE_MS = 120_000;
const LOOK_MS = 200;

/** Waits while another process publishes. Returns whether one did. */
export async function untilPublished({ lake, ports, signal }: VerifyContext): Promise<boolean> {
  const since = ports.elapsedMs();
  let seen = { version: '', atMs: since };
  for (let waited = false; ; waited = true) {
    const held = await lake.read(PUBLISH_LOCK);
    const nowMs = ports.elapsedMs();
    if (held === undefined || !ports.isOwnerAlive(Buffer.from(held.body).toString('utf8'), held.modified))
      return waited;
    if (held.version !== seen.version) seen = { version: held.version, atMs: nowMs };
    if (nowMs - seen.atMs >= SILENT_MS || nowMs - since >= PATIENCE_MS) return waited;
    await ports.sleep(LOOK_MS, signal);
  }
}

/** Whether a run is under way: it publishes, or holds a file. */
export async function someoneWorks(context: VerifyContext, tables: TablesUnderTest): Promise<boolean> {
  const { lake, ports } = context;
  const held = await lake.read(PUBLISH_LOCK);
  if (held !== undefined && ports.isOwnerAlive(Buffer.from(held.body).toString('utf8'), held.modified))
    return true;
  const now = ports.now().toISOString();
  const items = await tables.read([LEDGER_TABLE], ({ ledger }) => ledger.list());
  return (items ?? []).some(
    ({ status, owner, lease_until }) =>
      status === 'processing' &&
      owner !== undefined &&
      lease_until !== undefined &&
      lease_until > now &&
      ports.isOwnerAlive(owner),
  );
}
