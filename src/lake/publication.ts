import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Lake } from './lake.ts';
import { PUBLICATIONS, publicationKey } from './zones.ts';

const count = z.number().int().nonnegative();

const publicationSchema = z.object({
  format: z.literal(1),
  date: z.iso.date(),
  /** Number of the newest log entry that the date's KPIs include. */
  version: count,
  /** Which definition of the KPIs computed them. */
  kpi_version: z.string(),
  /** When `processed/` got these files. */
  published_on: z.iso.datetime(),
  /** When the tables got them; null until then. */
  loaded_on: z.iso.datetime().nullable(),
  /** Distinct plays of the date, of known tracks or not. */
  plays: count,
  /** By part: how many plays it brought, and how many of a track or user that no catalogue knows. */
  parts: z.array(z.object({ key: z.string(), plays: count, unknown_track: count, unknown_user: count })),
  /** The file of each KPI; absent if the KPI has no rows on this date. */
  kpis: z.record(z.string(), z.object({ key: z.string(), rows: count, bytes: count, sha256: z.string() })),
});

/** What `processed/` holds of one date: written last, so it never speaks of files that are not there. */
export type Publication = z.infer<typeof publicationSchema>;

/** Identifies the published content of a date: the same for the same KPI files. */
export function digestOf({ kpis }: Publication): string {
  const files = Object.entries(kpis).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(files.map(([name, { sha256 }]) => [name, sha256])))
    .digest('hex');
}

/** undefined if the date was never published, or by something that this version cannot read. */
export async function readPublication(lake: Lake, date: string): Promise<Publication | undefined> {
  const body = await lake.get(publicationKey(date));
  if (body === undefined) return undefined;
  try {
    const parsed = publicationSchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    // A projection: what cannot be read is published again.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Every publication by date, ascending. */
export async function readPublications(lake: Lake): Promise<ReadonlyMap<string, Publication>> {
  const publications = new Map<string, Publication>();
  for await (const { key } of lake.list(PUBLICATIONS)) {
    const date = key.slice(PUBLICATIONS.length).replace(/\.json$/, '');
    const publication = await readPublication(lake, date);
    if (publication !== undefined) publications.set(date, publication);
  }
  return publications;
}

export async function writePublication(lake: Lake, publication: Publication): Promise<void> {
  await lake.put(publicationKey(publication.date), Buffer.from(`${JSON.stringify(publication)}\n`));
}
