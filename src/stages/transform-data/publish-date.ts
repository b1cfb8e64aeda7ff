import type { Lake } from '../../lake/lake.ts';
import {
  type Publication,
  readPublication,
  replacePublication,
  type StoredPublication,
  unpublished,
} from '../../lake/publication.ts';
import { kpiKey } from '../../lake/zones.ts';
import type { StageContext } from '../context.ts';
import type { ComputedFile } from './computed-files.ts';

/** Another writer can be faster once or twice: a dead one, whose last write took effect late. */
const ROUNDS = 3;

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
 * another has announced meanwhile. It reads again, and begins anew unless the other has more.
 * @returns undefined if another writer has published as much, is about to publish more, or was faster
 * each time
 */
export async function publishDate(
  { lake }: StageContext,
  files: readonly ComputedFile[],
  attempt: string,
  facts: Publication,
): Promise<StoredPublication | undefined> {
  const { date, version } = facts;
  for (let round = 0; round < ROUNDS; round++) {
    const places = await placesOf(lake, date, files);
    const stored = await readPublication(lake, date);
    if (stored !== undefined && Math.max(stored.version, stored.next?.version ?? 0) > version)
      return undefined;
    if (round > 0 && stored !== undefined && isComplete(stored, facts)) return undefined;

    const announced = { ...(stored ?? unpublished(date)), next: { version, attempt } };
    const intent = await replacePublication(lake, announced, stored?.token);
    if (intent === undefined) continue;
    const kpis = await replaceFiles(lake, places);
    if (kpis === undefined) continue;
    const published = await replacePublication(lake, { ...facts, kpis }, intent.token);
    if (published !== undefined) return published;
  }
  return undefined;
}

/** A file with its final key, and the version of what stands there. */
interface Place extends ComputedFile {
  readonly key: string;
  readonly replaces: string | undefined;
}

async function placesOf(lake: Lake, date: string, files: readonly ComputedFile[]): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const file of files) {
    const key = kpiKey(file.kpi.folder, date);
    places.push({ ...file, key, replaces: (await lake.head(key))?.version });
  }
  return places;
}

async function replaceFiles(lake: Lake, places: readonly Place[]): Promise<Publication['kpis'] | undefined> {
  const kpis: Publication['kpis'] = {};
  for (const { kpi, key, body, replaces, rows, bytes, sha256 } of places) {
    if ((await lake.putIfMatch(key, body, replaces)) === undefined) return undefined;
    kpis[kpi.name] = { key, rows, bytes, sha256 };
  }
  return kpis;
}

const isComplete = (stored: Publication, { version, kpi_version }: Publication): boolean =>
  stored.next === null && stored.version === version && stored.kpi_version === kpi_version;
