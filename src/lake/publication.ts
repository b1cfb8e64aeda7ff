import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Lake } from './lake.ts';
import { sealed, unsealed } from './seal.ts';
import { PUBLICATIONS, publicationKey } from './zones.ts';

const count = z.number().int().nonnegative();

export const publicationSchema = z.object({
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
  /**
   * Announces a newer version whose files are being put in place: from here on nobody may put older ones
   * there, and the files are not what the rest says. Null when they are.
   */
  next: z.object({ version: count, attempt: z.string() }).nullable().default(null),
});

/** What `processed/` holds of one date. A date that was only announced has version 0. */
export type Publication = z.infer<typeof publicationSchema>;
/** With the version of the object that it was read from, for `replacePublication`. */
export type StoredPublication = Publication & { readonly token: string };

/** Identifies the published content of a date: the same for the same KPI files. */
export function digestOf({ kpis }: Publication): string {
  const files = Object.entries(kpis).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(files.map(([name, { sha256 }]) => [name, sha256])))
    .digest('hex');
}

/** undefined if the date was never published. What cannot be read has version 0: it is published again. */
export async function readPublication(lake: Lake, date: string): Promise<StoredPublication | undefined> {
  const found = await lake.read(publicationKey(date));
  if (found === undefined) return undefined;
  return {
    ...(publicationSchema.safeParse(unsealed(found.body)).data ?? unpublished(date)),
    token: found.version,
  };
}

export const unpublished = (date: string): Publication => ({
  format: 1,
  date,
  version: 0,
  kpi_version: '',
  published_on: new Date(0).toISOString(),
  loaded_on: null,
  plays: 0,
  parts: [],
  kpis: {},
  next: null,
});

/** What was read of each lake last: a run asks several times, and of a year of dates one has changed. */
const known = new WeakMap<Lake, ReadonlyMap<string, StoredPublication>>();

/** How many publications are read together. */
const TOGETHER = 32;

/** Every publication by date, ascending. Those whose version has not changed are not read again. */
export async function readPublications(lake: Lake): Promise<ReadonlyMap<string, StoredPublication>> {
  const before = known.get(lake);
  const listed: { readonly date: string; readonly same: StoredPublication | undefined }[] = [];
  for await (const { key, version } of lake.list(PUBLICATIONS)) {
    const date = key.slice(PUBLICATIONS.length).replace(/\.json$/, '');
    const last = before?.get(date);
    listed.push({ date, same: last?.token === version ? last : undefined });
  }
  const publications = new Map<string, StoredPublication>();
  for (let from = 0; from < listed.length; from += TOGETHER) {
    const some = listed.slice(from, from + TOGETHER);
    const read = await Promise.all(
      some.map(async ({ date, same }) => same ?? (await readPublication(lake, date))),
    );
    for (const [index, { date }] of some.entries()) {
      const publication = read[index];
      if (publication !== undefined) publications.set(date, publication);
    }
  }
  known.set(lake, publications);
  return publications;
}

/** undefined if the stored one is not, or not any more, the one of that token; then nothing was written. */
export async function replacePublication(
  lake: Lake,
  publication: Publication,
  token: string | undefined,
): Promise<StoredPublication | undefined> {
  const stored = publicationSchema.parse(publication);
  const body = sealed(JSON.stringify(stored));
  const written = await lake.putIfMatch(publicationKey(publication.date), body, token);
  return written === undefined ? undefined : { ...stored, token: written.version };
}
