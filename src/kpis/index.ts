import { createHash } from 'node:crypto';
import { dailyGenre } from './daily-genre.ts';
import type { Kpi } from './kpi.ts';
import { catalogueSteps, playSteps } from './sources.ts';
import { topGenres } from './top-genres.ts';
import { topSongs } from './top-songs.ts';

/** Every KPI, in an order in which each finds the steps of those it reads. */
export const kpis: readonly Kpi[] = [dailyGenre, topSongs, topGenres];

/** Plays are read in another way if all parts are of one date, and if there is one. */
const SOME_PARTS = ['2024-06-24', '2024-06-24', '2024-06-25'].map((date) => ({ path: '', date }));
const playForms = [1, 2, 3].map((count) => playSteps(SOME_PARTS.slice(0, count)));

/** Changes whenever a definition changes: then every date is behind and is published again. */
export const KPI_VERSION = createHash('sha256')
  .update(JSON.stringify([catalogueSteps(1), playForms]))
  .update(JSON.stringify(kpis))
  .digest('hex')
  .slice(0, 16);
