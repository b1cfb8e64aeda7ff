/** One call to a port, as traces and faults know it. */
export interface Call {
  readonly port: 'lake' | 'table' | 'engine' | 'receive';
  readonly operation: string;
  /** The key, table or plan that it is about. */
  readonly subject: string;
  /** Whether doing it can change anything. */
  readonly writes: boolean;
}

/**
 * Every call of every port passes through here. `apply` does the work at once, as a whole; it may be asked
 * never, once or twice, and what it gives may be kept from the caller.
 */
export type Step = <T>(call: Call, apply: () => T) => Promise<T>;

/** Nothing in between. */
export const direct: Step = async (_, apply) => {
  await Promise.resolve();
  return apply();
};
