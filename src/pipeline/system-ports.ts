import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ports } from '../stages/context.ts';

/** The clock, the random numbers and the processes of this machine. */
export const systemPorts: Ports = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
  uniqueId: () => randomUUID(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
  owner: `${hostname()}:${process.pid}`,
  isOwnerAlive,
};

/**
 * An owner is `host:pid:…`. Of another host, or of no process, nothing is known. Process numbers begin anew
 * with the machine.
 */
function isOwnerAlive(owner: string, since?: Date): boolean {
  const [host, pid] = owner.split(':');
  if (host !== hostname() || !/^\d+$/.test(pid ?? '')) return true;
  if (since !== undefined && since.getTime() < Date.now() - uptime() * 1000) return false;
  try {
    process.kill(Number(pid), 0);
    return !hasEnded(Number(pid));
  } catch (error) {
    // EPERM: alive, but somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Signals reach a process that was killed, until its parent asks what became of it. Linux tells the two apart. */
function hasEnded(pid: number): boolean {
  try {
    // In a container, the numbers below /proc may be those of its host.
    if (readlinkSync('/proc/self') !== String(process.pid)) return false;
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The third field and the rest of them are behind the program's name, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, threads] = [fields[0], fields[17]];
    // A thread that waits for a disk outlives the others, and what it waits for may still be done.
    return (state === 'Z' || state === 'X') && Number(threads) <= 1;
  } catch {
    // No such file: another system, or it is gone since. Who asks again will know.
    return false;
  }
}
