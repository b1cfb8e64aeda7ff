import { HitparadeError } from '../errors.ts';

/** A plan could not be executed; the message names the plan, the cause is the engine's own error. */
export class EngineError extends HitparadeError {
  readonly kind = 'unexpected';
}
