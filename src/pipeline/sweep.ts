import { STAGING } from '../lake/zones.ts';
import type { RunContext } from './session.ts';

/** A try that is older than this is over, however slow its machine was. */
const STAGING_LIFE_MS = 3 * 24 * 60 * 60 * 1000;

/** Removes what tries that never committed left in staging. What the log names is never touched. */
export async function sweepStaging({ lake, log, ports }: RunContext): Promise<void> {
  const named = new Set<string>();
  for (const entry of log.state.entries.slice(log.settled)) {
    if (entry.kind !== 'accepted') continue;
    for (const { staged } of [...entry.parts, ...entry.badRecords]) named.add(staged);
  }
  const horizon = ports.now().getTime() - STAGING_LIFE_MS;
  for await (const { key, modified, version } of lake.list(STAGING)) {
    if (modified.getTime() < horizon && !named.has(key)) await lake.deleteIfMatch(key, version);
  }
}
