/**
 * @typedef {import('./measure.mjs').Measurement} Measurement
 *
 * @typedef {object} Summary
 * @property {number} minSeconds
 * @property {number} medianSeconds
 * @property {number} medianCpuSeconds
 * @property {number} peakBytes the highest of all runs
 * @property {number} playsPerSecond at the median
 * @property {readonly Measurement[]} runs in their order
 */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * @param {readonly Measurement[]} runs
 * @param {number} plays
 * @returns {Summary}
 */
export function summarize(runs, plays) {
  const medianSeconds = median(runs.map((run) => run.seconds));
  return {
    minSeconds: Math.min(...runs.map((run) => run.seconds)),
    medianSeconds,
    medianCpuSeconds: median(runs.map((run) => run.cpuSeconds)),
    peakBytes: Math.max(...runs.map((run) => run.peakBytes)),
    playsPerSecond: Math.round(plays / medianSeconds),
    runs,
  };
}

/** @param {number} bytes */
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
/** @param {number} seconds */
const shortSeconds = (seconds) => `${seconds.toFixed(2)} s`;

/**
 * @param {Record<string, Summary>} sides
 * @returns {string} lines for people
 */
export function table(sides) {
  const rows = [['', 'min', 'median', 'CPU', 'peak memory', 'plays/s']];
  for (const [name, side] of Object.entries(sides)) {
    rows.push([
      name,
      shortSeconds(side.minSeconds),
      shortSeconds(side.medianSeconds),
      shortSeconds(side.medianCpuSeconds),
      megabytes(side.peakBytes),
      // Thousands apart by a blank, whatever the machine's locale.
      String(side.playsPerSecond).replaceAll(/\B(?=(\d{3})+$)/g, ' '),
    ]);
  }
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('   '),
    )
    .join('\n');
}
