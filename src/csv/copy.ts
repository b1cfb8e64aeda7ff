/** Copies from[start..end) to to[at..). @returns how many bytes that are */
export function copy(from: Buffer, start: number, end: number, to: Uint8Array, at: number): number {
  // For short records a loop is cheaper than the call.
  if (end - start > 96) from.copy(to, at, start, end);
  else for (let i = start, j = at; i < end; i++, j++) to[j] = from[i] ?? 0;
  return end - start;
}
