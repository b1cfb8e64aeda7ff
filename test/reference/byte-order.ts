/** The order of texts by their UTF-8 bytes; JavaScript's own order is by UTF-16 units. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Compares by the first comparison that tells two things apart. */
export const inOrder = (...comparisons: readonly number[]): number => comparisons.find((c) => c !== 0) ?? 0;
