import { quoted } from '../engines/dialect.ts';
import type { Plan, PlanOutput } from '../engines/engine.ts';
import { kpis } from './index.ts';
import { playInputs, type PlayPart, playSteps } from './sources.ts';

/** Name of the step that has exactly a KPI's columns and types, which is what gets written. */
const published = (kpi: string): string => `published_${kpi}`;

/**
 * Computes every KPI of every date of the parts, on top of `catalogueBase`. Outputs: one Parquet file per KPI
 * and date below `pathOf(kpi)`, plus the rows `part_counts` and `date_counts` of `playSteps`.
 */
export function transformPlan(parts: readonly PlayPart[], pathOf: (kpi: string) => string): Plan {
  const files = kpis.map(({ name, orderBy }): [string, PlanOutput] => [
    name,
    { format: 'parquet', from: published(name), path: pathOf(name), partitionBy: 'date', orderBy },
  ]);
  return {
    name: 'transform_data',
    inputs: playInputs(parts),
    steps: [
      ...playSteps(parts),
      ...kpis.flatMap((kpi) => [
        ...kpi.steps,
        {
          name: published(kpi.name),
          sql: `SELECT date, ${Object.entries(kpi.columns)
            .map(([column, type]) => `CAST(${quoted(column)} AS ${type}) AS ${quoted(column)}`)
            .join(', ')} FROM ${kpi.name}`,
        },
      ]),
    ],
    outputs: {
      ...Object.fromEntries(files),
      part_counts: { format: 'rows', from: 'part_counts' },
      date_counts: { format: 'rows', from: 'date_counts' },
    },
  };
}
