import { ViolationError } from '../scheduler.ts';

export function violated(message: string): never {
  throw new ViolationError(message);
}

/** Says what is wrong unless it holds. */
export function demand(holds: boolean, message: () => string): asserts holds {
  if (!holds) violated(message());
}
