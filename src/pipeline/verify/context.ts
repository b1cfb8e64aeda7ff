import type { Engine } from '../../engines/engine.ts';
import type { Lake } from '../../lake/lake.ts';
import type { Ports } from '../../stages/context.ts';
import type { Limits } from '../../stages/limits.ts';
import type { Observer } from '../events.ts';
import type { TableAccessors } from '../session.ts';

/** What a verification works with. It writes nothing to the lake but a workspace, and nothing to the tables. */
export interface VerifyContext {
  readonly lake: Lake;
  readonly engine: Engine;
  /** Connects when it is first asked. */
  readonly tables: () => Promise<TableAccessors>;
  readonly ports: Ports;
  readonly limits: Limits;
  readonly observe: Observer;
  readonly signal: AbortSignal;
}
