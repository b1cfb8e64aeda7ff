/** A deliberate mistake in the program. */
export interface Mutant {
  readonly id: string;
  /** The mistake in words. */
  readonly what: string;
  /** Below `src/`. */
  readonly file: string;
  /** Must stand in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Who has to notice. */
  readonly suite: SuiteName;
}

/** What runs with a mistake in place: a vitest project, files of it, and how much they may try (0: what they always try). */
export const SUITES = {
  sim: { project: 'sim', filter: 'test/sim', budget: Number(process.env['HITPARADE_BUDGET'] ?? 600) },
  /** What only a rare history shows. */
  long: { project: 'sim', filter: 'test/sim', budget: 4_000 },
  recovery: { project: 'unit', filter: 'test/pipeline/recovery', budget: 0 },
  fuzz: { project: 'unit', filter: 'test/fuzz/sample', budget: 0 },
  csv: {
    project: 'unit',
    filter: 'test/csv/records test/csv/limits test/stages/lost-rows test/stages/passes',
    budget: 0,
  },
  lake: { project: 'unit', filter: 'test/lake', budget: 0 },
  engines: { project: 'unit', filter: 'test/engines', budget: 0 },
  tables: { project: 'unit', filter: 'test/tables/published-dates test/tables/sync-items', budget: 0 },
  ledger: { project: 'unit', filter: 'test/tables/ledger', budget: 0 },
  wire: { project: 'unit', filter: 'test/tables/lost-answers test/tables/wire', budget: 0 },
  transactions: { project: 'unit', filter: 'test/tables/transactions', budget: 0 },
  pipeline: {
    project: 'unit',
    filter:
      'test/pipeline/heartbeat test/pipeline/claims test/pipeline/accept-all test/pipeline/settled test/pipeline/stood-still test/pipeline/publish-beside test/pipeline/archive',
    budget: 0,
  },
} as const;

export type SuiteName = keyof typeof SUITES;
