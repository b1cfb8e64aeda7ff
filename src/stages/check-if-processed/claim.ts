import { hostname } from 'node:os';
import type { Claim, Ledger } from '../../tables/ledger.ts';

/** How long others leave a claimed file alone, unless its owner is known to be dead. */
const LEASE_SECONDS = 30;

/** Takes a play file for this runner: one conditional write, which one of several runners wins. */
export function claimFile(ledger: Ledger, filename: string, owner: string, now: Date): Promise<Claim> {
  return ledger.claim(filename, { owner, leaseSeconds: LEASE_SECONDS, now, isOwnerAlive });
}

/** An owner is `host:pid:id`. Of another host, or of no process, nothing is known: its lease is waited for. */
export function isOwnerAlive(owner: string): boolean {
  const [host, pid] = owner.split(':');
  if (host !== hostname() || !/^\d+$/.test(pid ?? '')) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    // EPERM: alive, but somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
