import { claimName } from '../stages/check-if-processed/claim.ts';
import type { SourceFile } from '../stages/context.ts';
import { isPublished, markFile } from '../stages/mark-as-processed/mark.ts';
import { reportOf } from './file-report.ts';
import { loadedPublications } from './publish-stage.ts';
import type { RunContext } from './session.ts';
import { outcomeOf } from './settle-stage.ts';

/**
 * Ends the claim of a file that was taken out of raw: no run will find it there, so none would ever finish its
 * item. The ledger says again what the log knows of that name, and nothing of a name that the log does not know.
 * @returns whether it is gone; if not, the claim stays as it is
 */
export async function endClaimIfVanished(
  context: RunContext,
  source: SourceFile,
  epoch: number,
): Promise<boolean> {
  const { lake, ledger, log, ports } = context;
  const { dataset, filename, object } = source;
  const name = claimName(source);
  if ((await lake.head(object.key)) !== undefined) return false;
  await log.catchUp();
  const entry = dataset === 'streams' ? log.state.latest(dataset, filename) : undefined;
  if (entry === undefined) {
    await ledger.forget(name, epoch);
    return true;
  }
  const loaded = await loadedPublications(context);
  // The item of an entry that is behind is written when its dates are published.
  if (!isPublished(entry, loaded)) await ledger.release(name, epoch, { blameless: true });
  else {
    const outcome = outcomeOf(reportOf(entry, log.state, loaded));
    const claimed = { epoch };
    await markFile(ledger, filename, outcome, { claimed, committed: entry.epoch, now: ports.now() });
  }
  return true;
}
