import { HitparadeError } from '../errors.ts';

/** A plan could not be executed; the message names the plan, the cause is the engine's own error. */
export class EngineError extends HitparadeError {
  readonly kind = 'unexpected';
}

/** The engine's memory is too small for a plan: nothing that the plan wrote is used. */
export class EngineMemoryError extends HitparadeError {
  readonly kind = 'usage';

  constructor(message: string, cause: unknown) {
    const hint =
      'Raise it with --memory-limit (three quarters of it are for rows), or lower --threads, make sure that the disk of the lake has room, and run again; no file was lost.';
    super(message, { cause, hint });
  }
}

/** The disk is full: nothing that the plan wrote is used. */
export class EngineFullError extends HitparadeError {
  readonly kind = 'temporary';

  constructor(message: string, cause: unknown) {
    super(message, { cause, hint: 'Make room on the disk of the lake and run again; no file was lost.' });
  }
}
