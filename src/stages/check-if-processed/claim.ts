import type { Claim, Ledger } from '../../tables/ledger.ts';
import type { Ports } from '../context.ts';

interface Runner {
  readonly owner: string;
  readonly ports: Ports;
  readonly leaseSeconds: number;
}

/** Takes a file for this runner: one conditional write, which one of several runners wins. */
export function claimFile(
  ledger: Ledger,
  file: { readonly name: string; readonly version: string },
  { owner, ports, leaseSeconds }: Runner,
  isDecided: () => Promise<boolean>,
): Promise<Claim> {
  return ledger.claim(file.name, {
    owner,
    leaseSeconds,
    version: file.version,
    now: ports.now(),
    isOwnerAlive: (name) => ports.isOwnerAlive(name),
    isDecided,
  });
}
