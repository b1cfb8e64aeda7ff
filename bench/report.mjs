/**
 * @typedef {import('./rows.mjs').Row} Row
 * @typedef {import('./rows.mjs').Unit} Unit
 *
 * @typedef {object} Outcome of one scenario
 * @property {string} scenario
 * @property {readonly Row[]} rows
 * @property {string | null} skipped why
 * @property {string | null} failed how
 *
 * @typedef {object} Report
 * @property {ReturnType<typeof import('./machine.mjs').describeMachine>} machine
 * @property {Pick<import('./options.mjs').BenchOptions, 'plays' | 'days' | 'files' | 'repeat' | 'memoryLimit' | 'threads'>} settings
 * @property {readonly Outcome[]} scenarios
 */

/** @type {Record<Unit, (value: number) => string>} */
const FORMAT = {
  s: (value) => `${value.toFixed(2)} s`,
  ms: (value) => `${value.toFixed(1)} ms`,
  µs: (value) => `${value.toFixed(2)} µs`,
  bytes: (value) => `${Math.round(value / 1e6)} MB`,
  items: (value) => `${value} items`,
  x: (value) => value.toFixed(value < 0.1 ? 3 : 2),
};

const HEADER = ['measure', 'ours', 'memory', 'the other', 'memory', 'median', 'minimum', 'goal', ''];

/**
 * The highest of all runs, empty where memory cannot be seen.
 * @param {import('./rows.mjs').Side | null} side
 */
function peakOf(side) {
  const peak = Math.max(0, ...(side?.runs ?? []).map(({ peakBytes }) => peakBytes ?? 0));
  return peak === 0 ? '' : FORMAT.bytes(peak);
}

/** @param {Row} row */
function cells({ measure, ours, other, sideUnit, value, unit, goal, met }) {
  return [
    measure,
    ours === null ? '' : FORMAT[sideUnit](ours.value.median),
    peakOf(ours),
    other === null ? '' : FORMAT[sideUnit](other.value.median),
    peakOf(other),
    FORMAT[unit](value.median),
    FORMAT[unit](value.min),
    goal === null ? '' : `≤ ${FORMAT[unit](goal)}`,
    met === null ? '' : met ? 'met' : 'not met',
  ];
}

/** @param {readonly string[][]} rows the first column to the left, the others to the right, the last to the left */
function align(rows) {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === row.length - 1 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('   ')
      .trimEnd(),
  );
}

/**
 * @param {Report} report
 * @returns {string} for people
 */
export function present({ machine, settings, scenarios }) {
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${(machine.memoryBytes / 1e9).toFixed(1)} GB, ${machine.platform}; load before: ${machine.loadBefore.toFixed(1)}`,
    `Node ${machine.node}, DuckDB ${machine.duckdb}, Python ${machine.python ?? 'none'}, Java: ${machine.java ?? 'none'}`,
    `${settings.plays} plays of ${settings.days} dates, memory limit ${settings.memoryLimit}, ${settings.threads ?? 'default'} threads; runs of each side: ${settings.repeat}, alternately`,
    '',
    ...align([HEADER, ...scenarios.flatMap(({ rows }) => rows.map(cells))]),
    '',
  ];
  for (const { scenario, skipped, failed } of scenarios) {
    if (skipped !== null) lines.push(`${scenario} was skipped: ${skipped}`);
    if (failed !== null) lines.push(`${scenario} FAILED: ${failed}`);
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
