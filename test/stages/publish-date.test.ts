import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { KPI_VERSION, kpis } from '../../src/kpis/index.ts';
import { type Publication, readPublication, unpublished } from '../../src/lake/publication.ts';
import { sealed } from '../../src/lake/seal.ts';
import { kpiKey, publicationKey } from '../../src/lake/zones.ts';
import type { StageContext } from '../../src/stages/context.ts';
import type { ComputedFile } from '../../src/stages/transform-data/computed-files.ts';
import { publishDate } from '../../src/stages/transform-data/publish-date.ts';
import { stageContext } from '../support/stage-context.ts';

const DATE = '2024-06-25';
/** The announcement, a file for each KPI, the completion. */
const WRITES = kpis.length + 2;
const facts = (version: number): Publication => ({ ...unpublished(DATE), version, kpi_version: KPI_VERSION });

function filesOf(text: string): readonly ComputedFile[] {
  return kpis.map((kpi) => {
    const body = Buffer.from(`${text} ${kpi.name}`);
    const sha256 = createHash('sha256').update(body).digest('hex');
    return { kpi, staged: '', body, bytes: body.length, sha256, rows: 1 };
  });
}

/** At the given conditional writes, another writer comes just before. */
function overtaken(
  context: StageContext,
  at: (write: number) => boolean,
  other: (key: string) => Uint8Array,
): StageContext {
  const { lake } = context;
  const putIfMatch = lake.putIfMatch.bind(lake);
  let writes = 0;
  vi.spyOn(lake, 'putIfMatch').mockImplementation(async (key, body, version) => {
    if (at(writes++)) await lake.put(key, other(key));
    return putIfMatch(key, body, version);
  });
  return context;
}

/** What a runner wanted that died: it announced a version, and put its files there. */
const wish =
  (next: number) =>
  (key: string): Uint8Array =>
    key === publicationKey(DATE)
      ? sealedPublication({ ...unpublished(DATE), next: { version: next, attempt: 'dead' } })
      : Buffer.from('of the dead');

async function textsOf({ lake }: StageContext): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const { folder } of kpis)
    texts.push(Buffer.from((await lake.get(kpiKey(folder, DATE))) ?? []).toString('utf8'));
  return texts;
}

test.each(Array.from({ length: WRITES }, (_, write) => write))(
  'what a dead writer wanted takes effect before conditional write %i: the date is published all the same',
  async (write) => {
    const context = await stageContext();
    await publishDate(context, filesOf('first'), 'a', facts(1));
    const published = await publishDate(
      overtaken(context, (n) => n === write, wish(2)),
      filesOf('second'),
      'b',
      facts(2),
    );
    expect(published).toMatchObject({ version: 2, next: null });
    expect(await readPublication(context.lake, DATE)).toEqual(published);
    expect(await textsOf(context)).toEqual(kpis.map(({ name }) => `second ${name}`));
  },
);

test('a writer that was overtaken by one with more leaves the date to it', async () => {
  const context = await stageContext();
  await publishDate(context, filesOf('first'), 'a', facts(1));
  const slow = overtaken(context, (n) => n === 0, wish(3));
  expect(await publishDate(slow, filesOf('second'), 'b', facts(2))).toBeUndefined();
  expect(await readPublication(context.lake, DATE)).toMatchObject({ next: { version: 3 } });
  expect(await textsOf(context)).toEqual(kpis.map(({ name }) => `first ${name}`));
});

test('a writer that was overtaken by one that has published the same leaves it as it is', async () => {
  const context = await stageContext();
  await publishDate(context, filesOf('first'), 'a', facts(1));
  const done = sealedPublication({ ...facts(2), loaded_on: '2026-01-01T00:00:00.000Z' });
  const slow = overtaken(
    context,
    (n) => n === 0,
    () => done,
  );
  expect(await publishDate(slow, filesOf('second'), 'b', facts(2))).toBeUndefined();
  expect(await readPublication(context.lake, DATE)).toMatchObject({ loaded_on: '2026-01-01T00:00:00.000Z' });
});

test('a writer that is overtaken each time gives up', async () => {
  const context = await stageContext();
  const never = overtaken(context, () => true, wish(2));
  expect(await publishDate(never, filesOf('second'), 'b', facts(2))).toBeUndefined();
});

function sealedPublication(publication: Publication): Uint8Array {
  return Buffer.from(sealed(JSON.stringify(publication)));
}
