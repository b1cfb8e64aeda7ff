import { contracts } from '../contracts/index.ts';
import { hashObject } from '../lake/hash-object.ts';
import { lostEntries } from '../lake/owned-objects.ts';
import { claimName } from '../stages/check-if-processed/claim.ts';
import type { SourceFile } from '../stages/context.ts';
import type { RunContext } from './session.ts';

/** Catalogue files that the log does not have as they lie there, has under an older contract, or has lost. */
export async function changedCatalogue(
  { lake, log, ledger, ports }: RunContext,
  files: readonly SourceFile[],
): Promise<readonly SourceFile[]> {
  const changed: SourceFile[] = [];
  for (const file of files) {
    const { dataset, filename, object } = file;
    const entry = log.state.activeFile(dataset, filename);
    const known =
      entry?.kind === 'accepted' &&
      entry.ruleVersion === contracts[dataset].ruleVersion &&
      (await lostEntries(lake, [entry])).size === 0;
    // Of a copied lake, or a touched file, the bytes decide.
    const same =
      known &&
      (entry.sourceVersion === object.version ||
        (entry.bytes === object.bytes && (await hashObject(lake, object.key)).sha256 === entry.cid));
    if (!same) changed.push(file);
    // Whoever took it may have died before its claim was forgotten.
    else await ledger.forgetUnheld(claimName(file), { now: ports.now(), isOwnerAlive: ports.isOwnerAlive });
  }
  return changed;
}
