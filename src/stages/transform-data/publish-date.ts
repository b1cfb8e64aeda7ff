import {
  type Publication,
  readPublication,
  replacePublication,
  unpublished,
} from '../../lake/publication.ts';
import { kpiKey } from '../../lake/zones.ts';
import type { StageContext } from '../context.ts';
import type { ComputedFile } from './computed-files.ts';

/**
 * Puts the files of a date in the place of older ones. Each write replaces exactly the version that was read
 * before, in this order:
 *
 *     read the versions of the files   before the publication: what is newer there is seen below
 *     read the publication             a newer version, or one that is announced: nothing to do
 *     announce this version            from here on an older writer finds it, or finds other files
 *     replace the files
 *     complete the publication         only if nobody has announced since
 *
 * A writer that stands still anywhere in between, for however long, writes nothing when it goes on, if
 * another has announced meanwhile.
 * @returns undefined if another writer was faster; the date is behind still, or published with more
 */
export async function publishDate(
  { lake }: StageContext,
  files: readonly ComputedFile[],
  attempt: string,
  facts: Publication,
): Promise<Publication | undefined> {
  const { date, version } = facts;
  const places = [];
  for (const file of files) {
    const key = kpiKey(file.kpi.folder, date);
    places.push({ ...file, key, replaces: (await lake.head(key))?.version });
  }
  const stored = await readPublication(lake, date);
  if (stored !== undefined && Math.max(stored.version, stored.next?.version ?? 0) > version) return undefined;

  const announced = { ...(stored ?? unpublished(date)), next: { version, attempt } };
  const intent = await replacePublication(lake, announced, stored?.token);
  if (intent === undefined) return undefined;
  const kpis: Publication['kpis'] = {};
  for (const { kpi, key, body, replaces, rows, bytes, sha256 } of places) {
    if ((await lake.putIfMatch(key, body, replaces)) === undefined) return undefined;
    kpis[kpi.name] = { key, rows, bytes, sha256 };
  }
  return replacePublication(lake, { ...facts, kpis }, intent.token);
}
