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

/** What runs with a mistake in place: a vitest project, files of it, and how much they may try. */
export const SUITES = {
  sim: { project: 'sim', filter: 'sim', budget: 600 },
  crash: { project: 'crash', filter: 'crash', budget: 600 },
  fuzz: { project: 'fuzz', filter: 'fuzz', budget: 20_000 },
  lake: { project: 'unit', filter: 'test/lake', budget: 0 },
  tables: { project: 'unit', filter: 'test/tables', budget: 0 },
  hostile: { project: 'unit', filter: 'test/hostile', budget: 0 },
  pipeline: { project: 'unit', filter: 'test/pipeline', budget: 0 },
} as const;

export type SuiteName = keyof typeof SUITES;
