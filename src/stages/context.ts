import type { Dataset } from '../contracts/contract.ts';
import type { Engine } from '../engines/engine.ts';
import type { Lake, ObjectInfo, OpenObject, Workspace } from '../lake/lake.ts';
import type { CommitLog } from '../lake/log.ts';
import type { Limits } from './limits.ts';
import type { OnSameName } from './on-same-name.ts';
import type { Receipt } from './receipt.ts';

/** The outside world of the protocol: nothing else tells it the time, gives it a name or knows processes. */
export interface Ports {
  readonly now: () => Date;
  /** Milliseconds since some moment; never falls or jumps, whatever is done to the clock. */
  readonly elapsedMs: () => number;
  /** Unique, safe in a file name. */
  readonly uniqueId: () => string;
  /** Waits, or throws the signal's reason as soon as it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The beginning of this process's names as an owner: `host:process`. */
  readonly owner: string;
  /** `false` only if the owner of that name, which began before `since`, is known to be dead. */
  readonly isOwnerAlive: (owner: string, since?: Date) => boolean;
}

/** What every stage works with. */
export interface StageContext {
  readonly lake: Lake;
  readonly log: CommitLog;
  readonly engine: Engine;
  readonly ports: Ports;
  readonly limits: Limits;
  readonly onSameName: OnSameName;
  readonly signal: AbortSignal;
  /** Reads and judges one file: a function of its bytes, the contract, the limits and `asOf`. */
  readonly receive: Receive;
  /** Where a file waits for those before it; without it, nothing is before it. */
  readonly turn?: Turn;
}

/** Files are received, judged and committed in their order, but a step of one beside the next step of another. */
export interface Turn {
  /** Waits until a file that was received may be judged: one large one at a time has the engine's memory. */
  readonly toJudge: () => Promise<void>;
  /** Says that the engine is done with the file's rows. */
  readonly judged: () => void;
  /** Waits until every file before is in the log, or will not be. */
  readonly toCommit: () => Promise<void>;
  /** Says that the file is in the log. */
  readonly committed: () => void;
}

/** A file in `raw/`, as it was when it was listed. */
export interface SourceFile {
  readonly dataset: Dataset;
  /** The key below `raw/<dataset>/`. */
  readonly filename: string;
  readonly object: ObjectInfo;
  /** What its sender says of it lies beside it, under `sidecarKey`. */
  readonly sidecar?: ObjectInfo | undefined;
  /** Taken as it was listed, or not at all: what was added since has not settled. */
  readonly settled?: true;
}

/**
 * Reads an opened source to its end and keeps what is needed to judge it.
 * @throws FileRejectedError if the file as a whole cannot be taken; `received` is in it if it is known
 */
export type Receive = (
  context: StageContext,
  delivery: { readonly file: SourceFile; readonly source: OpenObject; readonly workspace: Workspace },
  onProgress?: (bytesRead: number, records: number) => void,
) => Promise<Receipt>;
