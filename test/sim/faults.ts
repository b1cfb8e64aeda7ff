import { EngineError } from '../../src/engines/errors.ts';
import { LakeIoError } from '../../src/lake/errors.ts';
import type { Random } from './random.ts';
import type { Call } from './step.ts';

/** What can happen to a call. */
export const FAULTS = [
  /** Not done, and the caller is told that it failed. */
  'refused',
  /** Done, and the caller is told that it failed. */
  'lost',
  /** Done a second time at once, as by a transport that repeats what it got no answer to. */
  'twice',
  'crash-before',
  'crash-after',
  /** The process dies, and what it had sent arrives later. */
  'crash-late',
  /** The process stands still, past its leases, before or after the call is done. */
  'pause-before',
  'pause-after',
  /** Only this call takes long; the rest of the process goes on. */
  'slow',
] as const;
export type Fault = (typeof FAULTS)[number];

/** The cause of every failure that is made up. */
class InjectedError extends Error {
  readonly $metadata = {};

  constructor(name: string, call: Call) {
    super(`made up for ${call.operation} ${call.subject}`);
    this.name = name;
  }
}

/** As the port itself would fail. */
export function failureOf(call: Call, random: Random, done: boolean): Error {
  if (call.port === 'lake') return new LakeIoError(call.operation, new InjectedError('EIO', call));
  if (call.port === 'table') {
    const kinds = ['TimeoutError', 'ECONNRESET', ...(done ? [] : ['ThrottlingException'])];
    return new InjectedError(random.pick(kinds), call);
  }
  return new EngineError('made up', { cause: new InjectedError('Engine', call) });
}

export function isInjected(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof InjectedError) return true;
  return false;
}

/** Whether a fault makes sense for a call. */
export function applies(fault: Fault, call: Call): boolean {
  if (fault === 'twice' || fault === 'lost') return call.writes;
  if (fault === 'crash-late') return call.port === 'table' && call.writes;
  return true;
}
