/** The allowed word that was probably meant, or undefined if none is close. */
export function nearMiss(word: string, allowed: readonly string[]): string | undefined {
  const wanted = simplify(word);
  const ranked = allowed
    .map((candidate) => ({ candidate, distance: editDistance(wanted, simplify(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3))
    ? best.candidate
    : undefined;
}

/** `tablePrefix`, `table_prefix` and `table-prefix` differ in spelling only. */
function simplify(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const removed = (previous[column] ?? 0) + 1;
      const added = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, removed, added));
    }
    previous = current;
  }
  return previous[b.length] ?? a.length;
}
