import { expect, test } from 'vitest';
import { InvalidItemsError } from '../../src/tables/errors.ts';
import { PublishedDates } from '../../src/tables/published-dates.ts';
import { readItems } from '../../src/tables/query.ts';
import { syncItems } from '../../src/tables/sync-items.ts';
import { DATE, GENRES, song, SONGS, songs, sync, newFence } from './definitions.ts';
import { describeTables } from './suite.ts';

describeTables('syncItems', ({ ready }) => {
  test('writes more items than one call takes, and reads them back in key order', async () => {
    const tables = await ready();
    const items = songs(60);
    expect(await sync(tables, SONGS, DATE, [...items].reverse())).toEqual({
      written: 60,
      deleted: 0,
      unchanged: 0,
      skipped: [],
    });
    expect(await readItems(tables, SONGS, DATE)).toEqual(items);
  });

  test('writes nothing when nothing changed', async () => {
    const tables = await ready();
    await sync(tables, SONGS, DATE, songs(30));
    expect(await sync(tables, SONGS, DATE, songs(30))).toMatchObject({
      written: 0,
      deleted: 0,
      unchanged: 30,
    });
  });

  test('writes what changed, deletes what vanished, and leaves other dates alone', async () => {
    const tables = await ready();
    const other = { ...song('pop', 1), date: '2024-06-26' };
    await sync(tables, SONGS, '2024-06-26', [other]);
    await sync(tables, SONGS, DATE, [song('jazz', 1), song('pop', 1), song('rock', 1)]);
    const wanted = [song('jazz', 1), song('pop', 2), song('soul', 1)];
    expect(await sync(tables, SONGS, DATE, wanted)).toMatchObject({
      written: 2,
      deleted: 1,
      unchanged: 1,
    });
    expect(await readItems(tables, SONGS, DATE)).toEqual(wanted);
    expect(await readItems(tables, SONGS, '2024-06-26')).toEqual([other]);
  });

  test('reads all pages of a partition beyond 1 MB, so that nothing seems to be missing', async () => {
    const tables = await ready();
    const items = songs(5).map((item) => ({ ...item, artists: 'a'.repeat(350_000) }));
    await sync(tables, SONGS, DATE, items);
    expect(await sync(tables, SONGS, DATE, items)).toMatchObject({ written: 0, unchanged: 5 });
    expect(await sync(tables, SONGS, DATE, [])).toMatchObject({ deleted: 5 });
  });

  test('keeps every digit and every type', async () => {
    const tables = await ready();
    const item = {
      date: DATE,
      genre: 'pop#1',
      total: 2n ** 53n + 1n,
      digits: BigInt('12345678901234567890123456789012345678'),
      negative: -(2n ** 60n),
      average: 0.1 + 0.2,
      tiny: 5e-100,
      safe: Number.MAX_SAFE_INTEGER,
      zero: 0,
      flag: true,
      none: null,
      empty: '',
      dates: ['2024-06-25', ''],
      reasons: { missing: 3, text: 'x' },
    };
    await sync(tables, SONGS, DATE, [item]);
    expect(await readItems(tables, SONGS, DATE)).toEqual([item]);
    expect(await sync(tables, SONGS, DATE, [item])).toMatchObject({ written: 0, unchanged: 1 });
  });

  test('sees a change in the last of 38 digits', async () => {
    const tables = await ready();
    const item = { ...song('pop', 1), digits: BigInt('12345678901234567890123456789012345678') };
    await sync(tables, SONGS, DATE, [item]);
    expect(await sync(tables, SONGS, DATE, [{ ...item, digits: item.digits + 1n }])).toMatchObject({
      written: 1,
    });
  });

  test.each([
    ['an item over 400 KB', { ...song('pop', 1), artists: 'a'.repeat(410_000) }, /bytes.*409600/],
    ['an empty key', { ...song('pop', 1), genre: '' }, /genre is empty/],
    ['a sort key over 1,024 bytes', { ...song('pop', 1), genre: 'é'.repeat(513) }, /1026 bytes.*1024/],
    ['a number that is none', { ...song('pop', 1), avg: Number.NaN }, /NaN/],
    ['an infinite number', { ...song('pop', 1), avg: -Infinity }, /-Infinity/],
    ['39 digits', { ...song('pop', 1), total: BigInt('1'.repeat(39)) }, /39 digits.*38/],
    ['a number too large', { ...song('pop', 1), avg: 1e126 }, /1e\+126/],
    ['a number too large in a map', { ...song('pop', 1), reasons: { a: 1e200 } }, /1e\+200/],
  ])(
    'skips %s with the reason, writes the others, and deletes what it would replace',
    async (_, item, reason) => {
      const tables = await ready();
      await sync(tables, SONGS, DATE, [song('pop', 9)]);
      const result = await sync(tables, SONGS, DATE, [item, song('rock', 1)]);
      expect(result).toMatchObject({ written: 1, deleted: 1, unchanged: 0 });
      expect(result.skipped).toEqual([
        {
          table: tables.nameOf(SONGS),
          key: { date: DATE, genre: expect.any(String) as string },
          reason: expect.stringMatching(reason) as string,
        },
      ]);
      expect(await readItems(tables, SONGS, DATE)).toEqual([song('rock', 1)]);
    },
  );

  test('takes keys and items at their limits', async () => {
    const tables = await ready();
    const date = 'd'.repeat(2048);
    const item = { date, genre: 'é'.repeat(512), text: 'a'.repeat(405_000), most: 9.99e125, least: 1e-130 };
    expect(await sync(tables, SONGS, date, [item])).toMatchObject({ written: 1, skipped: [] });
    expect(await sync(tables, SONGS, date, [item])).toMatchObject({ unchanged: 1 });
  });

  test.each(['', 'd'.repeat(2049)])(
    'skips everything of a partition that cannot exist (case %#)',
    async (date) => {
      const tables = await ready();
      const result = await sync(tables, SONGS, date, [{ ...song('pop', 1), date }]);
      expect(result).toMatchObject({
        written: 0,
        skipped: [{ reason: expect.stringContaining('key date') as string }],
      });
    },
  );

  test('refuses two items with one key, and numbers that are equal are one key', async () => {
    const tables = await ready();
    const items = [
      { date: DATE, rank: 1, genre: 'a' },
      { date: DATE, rank: 1n, genre: 'b' },
    ];
    await expect(sync(tables, GENRES, DATE, items)).rejects.toThrow(InvalidItemsError);
  });

  test('refuses an item of another partition', async () => {
    const tables = await ready();
    const items = [{ ...song('pop', 1), date: '2024-06-26' }];
    await expect(sync(tables, SONGS, DATE, items)).rejects.toThrow(/belongs to 2024-06-26/);
  });

  test('nothing of a writer is taken after another one has begun, and a vanished item stays away', async () => {
    const tables = await ready();
    const published = new PublishedDates(tables);
    const [slow, quick] = [newFence(DATE), newFence(DATE)];
    const load = { lake: 'this-lake', version: 1 };
    await published.begin(DATE, load, slow.writer);
    await syncItems(tables, SONGS, slow, [song('jazz', 1), song('pop', 1)]);
    await published.begin(DATE, load, quick.writer);
    await syncItems(tables, SONGS, quick, [song('pop', 2)]);
    expect(await syncItems(tables, SONGS, slow, [song('jazz', 1), song('pop', 1)])).toBeUndefined();
    expect(await syncItems(tables, SONGS, slow, [])).toBeUndefined();
    expect(await readItems(tables, SONGS, DATE)).toEqual([song('pop', 2)]);
  });

  test('nothing is taken of a writer that never began', async () => {
    const tables = await ready();
    expect(await syncItems(tables, SONGS, newFence(DATE), [song('pop', 1)])).toBeUndefined();
    expect(await readItems(tables, SONGS, DATE)).toEqual([]);
  });

  test('takes more than one transaction can hold, by number and by bytes', async () => {
    const tables = await ready();
    const items = songs(250).map((item, index) =>
      index < 12 ? { ...item, artists: 'a'.repeat(400_000) } : item,
    );
    expect(await sync(tables, SONGS, DATE, items)).toMatchObject({ written: 250 });
    expect(await sync(tables, SONGS, DATE, items)).toMatchObject({ written: 0, unchanged: 250 });
    expect(await sync(tables, SONGS, DATE, [])).toMatchObject({ deleted: 250 });
  });

  test('stops when it is told to', async () => {
    const tables = await ready();
    const reason = new Error('stopped by Ctrl-C');
    const stopped = sync(tables, SONGS, DATE, songs(1), { signal: AbortSignal.abort(reason) });
    await expect(stopped).rejects.toBe(reason);
  });
});
