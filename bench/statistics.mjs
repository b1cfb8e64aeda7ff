/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * @typedef {object} Spread
 * @property {number} min
 * @property {number} median
 */

/**
 * @param {readonly number[]} values
 * @returns {Spread}
 */
export const spread = (values) => ({ min: Math.min(...values), median: median(values) });
