import type { Claim, Ledger } from '../../tables/ledger.ts';
import type { Ports, SourceFile } from '../context.ts';

interface Runner {
  readonly owner: string;
  readonly ports: Ports;
  readonly leaseSeconds: number;
}

/** Takes a file for this runner: one conditional write, which one of several runners wins. */
export function claimFile(
  ledger: Ledger,
  file: { readonly name: string; readonly version: string; readonly isNew?: boolean },
  { owner, ports, leaseSeconds }: Runner,
  isDecided: () => Promise<boolean>,
): Promise<Claim> {
  return ledger.claim(file.name, {
    owner,
    leaseSeconds,
    version: file.version,
    isNew: file.isNew === true,
    now: ports.now(),
    isOwnerAlive: (name) => ports.isOwnerAlive(name),
    isDecided,
  });
}

/**
 * Under which name the ledger keeps the claim of a file. Users and songs have no item of their own there;
 * seen from `raw/streams/`, where names begin, they lie beside it.
 */
export function claimName({ dataset, filename }: SourceFile): string {
  return dataset === 'streams' ? filename : `../${dataset}/${filename}`;
}
