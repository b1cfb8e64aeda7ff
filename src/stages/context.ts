import type { Dataset } from '../contracts/contract.ts';
import type { Engine } from '../engines/engine.ts';
import type { Lake, ObjectInfo } from '../lake/lake.ts';
import type { CommitLog } from '../lake/log.ts';
import type { Limits } from './limits.ts';
import type { OnSameName } from './on-same-name.ts';

/** The outside world of the protocol: nothing else tells it the time or gives it a name. */
export interface Ports {
  readonly now: () => Date;
  /** Unique, safe in a file name. */
  readonly uniqueId: () => string;
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
}

/** A file in `raw/`, as it was when it was listed. */
export interface SourceFile {
  readonly dataset: Dataset;
  /** The key below `raw/<dataset>/`. */
  readonly filename: string;
  readonly object: ObjectInfo;
}
