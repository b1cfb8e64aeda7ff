import type { Engine, PlanInput } from '../../engines/engine.ts';

/** The rows of each Parquet file, as its footer counts them. */
export async function countRows(
  engine: Engine,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  if (paths.length === 0) return [];
  const inputs = paths.map((path, index): [string, PlanInput] => [
    `file_${index}`,
    // No column of it is read; which one is there differs from dataset to dataset.
    { format: 'parquet', paths: [path], columns: {}, fileColumn: 'file' },
  ]);
  const counts = inputs.map(
    ([name], index) => `SELECT CAST(${index} AS BIGINT) AS place, count(*) AS counted FROM ${name}`,
  );
  const { rows } = await engine.run(
    {
      name: 'count_rows',
      inputs: Object.fromEntries(inputs),
      steps: [{ name: 'counts', sql: counts.join(' UNION ALL ') }],
      outputs: { counts: { format: 'rows', from: 'counts' } },
    },
    signal,
  );
  const found = new Map((rows['counts'] ?? []).map((row) => [Number(row['place']), Number(row['counted'])]));
  return paths.map((_, index) => found.get(index) ?? 0);
}
