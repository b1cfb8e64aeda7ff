/**
 * The results of work that goes on side by side. Unlike `Promise.all` it returns when all of it has ended, so
 * that nothing goes on behind a failure; then the first one is thrown.
 */
export async function together<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
