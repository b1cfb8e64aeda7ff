import { contracts } from '../contracts/index.ts';
import { hashObject } from '../lake/hash-object.ts';
import { lostEntries } from '../lake/owned-objects.ts';
import type { SourceFile } from '../stages/context.ts';
import type { RunContext } from './session.ts';

/** Catalogue files that the log does not have as they lie there, has under an older contract, or has lost. */
export async function changedCatalogue(
  { lake, log }: RunContext,
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
    if (known && entry.sourceVersion === object.version) continue;
    // A copied lake, or a touched file: the bytes decide.
    const same =
      known && entry.bytes === object.bytes && (await hashObject(lake, object.key)).sha256 === entry.cid;
    if (!same) changed.push(file);
  }
  return changed;
}
