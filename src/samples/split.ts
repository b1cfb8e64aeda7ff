/**
 * Splits `total` into whole shares in proportion to `weights`; the shares sum to `total` exactly.
 * `total` times the sum of the weights must stay below 2^53.
 */
export function split(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let weightSoFar = 0;
  let given = 0;
  return weights.map((weight) => {
    weightSoFar += weight;
    const share = Math.floor((total * weightSoFar) / sum) - given;
    given += share;
    return share;
  });
}
