import { expect, test, vi } from 'vitest';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { readPublications, replacePublication, unpublished } from '../../src/lake/publication.ts';
import { publicationKey } from '../../src/lake/zones.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const DATES = ['2024-06-24', '2024-06-25', '2024-06-26'];

test('of the publications of a lake, only what has changed is read again', async () => {
  const lake = await LocalLake.open(await temporaryDirectory());
  for (const date of DATES) await replacePublication(lake, unpublished(date), undefined);
  const reads = vi.spyOn(lake, 'read');
  const read = (): readonly string[] => reads.mock.calls.splice(0).map(([key]) => key);

  const first = await readPublications(lake);
  expect([...first.keys()]).toEqual(DATES);
  expect(read()).toEqual(DATES.map(publicationKey));
  expect(await readPublications(lake)).toEqual(first);
  expect(read()).toEqual([]);

  // By another process, which this one hears of by the version alone.
  const other = await LocalLake.open(new URL(lake.url).pathname);
  const [, changed = ''] = DATES;
  const written = await replacePublication(
    other,
    { ...unpublished(changed), version: 7 },
    first.get(changed)?.token,
  );
  expect((await readPublications(lake)).get(changed)).toEqual(written);
  expect(read()).toEqual([publicationKey(changed)]);

  await other.deleteIfMatch(publicationKey(changed), written?.token ?? '');
  expect([...(await readPublications(lake)).keys()]).toEqual(DATES.filter((date) => date !== changed));
});
