import type { Claim, Ledger } from '../../tables/ledger.ts';
import type { Ports } from '../context.ts';

/** Takes a file for this runner: one conditional write, which one of several runners wins. */
export function claimFile(
  ledger: Ledger,
  name: string,
  {
    owner,
    ports,
    leaseSeconds,
  }: { readonly owner: string; readonly ports: Ports; readonly leaseSeconds: number },
  isDecided?: () => Promise<boolean>,
): Promise<Claim> {
  return ledger.claim(name, {
    owner,
    leaseSeconds,
    now: ports.now(),
    isOwnerAlive: (name) => ports.isOwnerAlive(name),
    ...(isDecided === undefined ? {} : { isDecided }),
  });
}
