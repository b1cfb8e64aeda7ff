import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** What both sides publish for each date, with the types that readers of the lake rely on. */
const KPIS = {
  avg_metrics:
    'date DATE, genre VARCHAR, listen_count BIGINT, unique_listeners BIGINT, total_listening_time BIGINT, avg_listening_time DOUBLE',
  top_songs:
    'date DATE, genre VARCHAR, rank BIGINT, track_id VARCHAR, track_name VARCHAR, artists VARCHAR, play_count BIGINT',
  top_genres: 'date DATE, rank BIGINT, genre VARCHAR, listen_count BIGINT, unique_listeners BIGINT',
};

/**
 * @typedef {object} Difference
 * @property {string} kpi
 * @property {number} rows of the first side
 * @property {number} otherRows
 * @property {number} onlyHere rows that only the first side has
 * @property {number} onlyThere
 * @property {string} example one row that only one side has, or an empty string
 */

/**
 * @param {string} processed
 * @param {keyof typeof KPIS} kpi
 */
function relation(processed, kpi) {
  const columns = KPIS[kpi]
    .split(', ')
    .map((column) => column.split(' '))
    // A column of another type is cast on purpose: only values are compared here.
    .map(([name, type]) => `CAST(${name} AS ${type}) AS ${name}`);
  const glob = path.join(processed, kpi, 'date=*', '*.parquet').replaceAll("'", "''");
  return `SELECT ${columns.join(', ')} FROM read_parquet('${glob}', hive_partitioning = true)`;
}

/**
 * Compares the KPI rows of two `processed/` folders as sets with repetitions, doubles bit for bit.
 * @param {string} here
 * @param {string} there
 * @returns {Promise<Difference[]>} one for each KPI, equal or not
 */
export async function compareKpis(here, there) {
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  const differences = [];
  for (const kpi of /** @type {(keyof typeof KPIS)[]} */ (Object.keys(KPIS))) {
    await db.run(`CREATE OR REPLACE TEMP TABLE here AS ${relation(here, kpi)}`);
    await db.run(`CREATE OR REPLACE TEMP TABLE there AS ${relation(there, kpi)}`);
    await db.run(`
      CREATE OR REPLACE TEMP TABLE differing AS
        SELECT 'here' AS side, * FROM (FROM here EXCEPT ALL FROM there)
        UNION ALL SELECT 'there', * FROM (FROM there EXCEPT ALL FROM here)`);
    const result = await db.runAndReadAll(`
      SELECT (SELECT count(*) FROM here), (SELECT count(*) FROM there),
        count(*) FILTER (side = 'here'), count(*) FILTER (side = 'there'),
        coalesce(CAST(min(differing) AS VARCHAR), '') FROM differing`);
    const [rows, otherRows, onlyHere, onlyThere, example] = result.getRows()[0] ?? [];
    differences.push({
      kpi,
      rows: Number(rows),
      otherRows: Number(otherRows),
      onlyHere: Number(onlyHere),
      onlyThere: Number(onlyThere),
      example: String(example),
    });
  }
  db.closeSync();
  instance.closeSync();
  return differences;
}

/**
 * @param {readonly Difference[]} differences
 * @param {string} other name of the other side
 * @throws Error if any row differs, or if there is none to compare
 */
export function assertEqual(differences, other) {
  const wrong = differences.filter(
    ({ rows, onlyHere, onlyThere }) => rows === 0 || onlyHere > 0 || onlyThere > 0,
  );
  if (wrong.length === 0) return;
  const lines = wrong.map(
    ({ kpi, rows, otherRows, onlyHere, onlyThere, example }) =>
      `  ${kpi}: ${rows} and ${otherRows} rows, ${onlyHere} only hitparade's, ${onlyThere} only of ${other}; ${example}`,
  );
  throw new Error(`The answers differ, so the times mean nothing:\n${lines.join('\n')}`);
}
