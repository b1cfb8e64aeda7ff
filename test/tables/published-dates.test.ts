import { expect, test } from 'vitest';
import { PublishedDates } from '../../src/tables/published-dates.ts';
import { DATE, publish } from './definitions.ts';
import { describeTables } from './suite.ts';

const marker = (version: number) => ({
  version,
  lake: 'this-lake',
  kpi_version: 'k1',
  digest: `digest-${String(version)}`,
  published_on: '2024-06-26T00:00:00.000Z',
});

describeTables('PublishedDates', ({ ready }) => {
  test('knows nothing of a date that was never published', async () => {
    const published = new PublishedDates(await ready());
    expect(await published.get(DATE)).toBeUndefined();
    expect(await published.list()).toEqual(new Map());
  });

  test('a version rises or stays, and never falls', async () => {
    const published = new PublishedDates(await ready());
    expect(await publish(published, DATE, marker(2))).toBe(true);
    expect(await publish(published, DATE, marker(2))).toBe(true);
    expect(await publish(published, DATE, marker(10))).toBe(true);
    expect(await publish(published, DATE, marker(9))).toBe(false);
    expect(await published.get(DATE)).toEqual(marker(10));
  });

  test('of many runners at once none marks an older version', async () => {
    const published = new PublishedDates(await ready());
    await Promise.all([3, 9, 1, 7, 5].map((version) => publish(published, DATE, marker(version))));
    expect(await published.get(DATE)).toEqual(marker(9));
    expect(await publish(published, DATE, marker(7))).toBe(false);
    expect(await publish(published, DATE, marker(9))).toBe(true);
  });

  test('a writer that another one has overtaken completes nothing, and takes nothing back', async () => {
    const published = new PublishedDates(await ready());
    await published.begin(DATE, marker(1), 'slow');
    expect(await publish(published, DATE, marker(2))).toBe(true);
    expect(await published.finish(DATE, marker(1), 'slow')).toBe(false);
    expect(await published.get(DATE)).toEqual(marker(2));
  });

  test('begin and finish may be repeated, for an answer that was lost', async () => {
    const published = new PublishedDates(await ready());
    for (let time = 0; time < 2; time++) expect(await published.begin(DATE, marker(1), 'w')).toBe(true);
    for (let time = 0; time < 2; time++) expect(await published.finish(DATE, marker(1), 'w')).toBe(true);
    expect(await published.get(DATE)).toEqual(marker(1));
  });

  test('charts of another lake are not overwritten, until their tables are gone', async () => {
    const published = new PublishedDates(await ready());
    await publish(published, DATE, { ...marker(2), lake: 'other-lake' });
    expect(await publish(published, DATE, marker(10))).toBe(false);
    await published.invalidate();
    expect(await publish(published, DATE, marker(1))).toBe(true);
    expect(await published.get(DATE)).toEqual(marker(1));
  });

  test('lists dates in order', async () => {
    const published = new PublishedDates(await ready());
    for (const date of ['2024-07-01', '2024-06-30']) await publish(published, date, marker(1));
    expect([...(await published.list())]).toEqual([
      ['2024-06-30', marker(1)],
      ['2024-07-01', marker(1)],
    ]);
  });
});
