import { existsSync } from 'node:fs';
import { appendFile, link, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plays, songs, TestLake, type Drop } from '../support/test-lake.ts';

const catalogue: Drop = { dataset: 'songs', filename: 'songs.csv', text: songs('a pop', 'b rock', 'b pop') };
const stream = (filename: string, text: string): Drop => ({ dataset: 'streams', filename, text });

/** Listens by date and genre, as the table has them. */
async function listens(lake: TestLake): Promise<Record<string, number | bigint | string | undefined>> {
  const items = await lake.chart('daily_genre');
  return Object.fromEntries(
    items.map((item) => [`${String(item['date'])} ${String(item['genre'])}`, item['listen_count']]),
  );
}

async function count(records: AsyncIterable<unknown>): Promise<number> {
  const found: unknown[] = [];
  for await (const record of records) found.push(record);
  return found.length;
}

describe('what arrives, and when', () => {
  test('a second file for the same date adds its plays', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue, stream('1.csv', plays('u a 10:00:00')));
    const { dates } = await lake.run(stream('2.csv', plays('v a 10:00:00')));
    expect(dates).toMatchObject([{ date: '2024-06-25', plays: 2, version: 3 }]);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 2 });
  });

  test('a late file for an old date computes that date again, and no other', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue, stream('1.csv', plays('u a 2024-06-20 10:00:00', 'u a 2024-06-25 10:00:00')));
    const { dates } = await lake.run(stream('late.csv', plays('v b 2024-06-20 11:00:00')));
    expect(dates.map(({ date }) => date)).toEqual(['2024-06-20']);
    expect(await listens(lake)).toEqual({ '2024-06-20 pop': 2, '2024-06-20 rock': 1, '2024-06-25 pop': 1 });
  });

  test('the same file again changes nothing and is archived', async () => {
    const lake = await TestLake.open();
    const file = stream('1.csv', plays('u a 10:00:00'));
    await lake.run(catalogue, file);
    const { files, dates } = await lake.run(file);
    expect(files).toMatchObject([{ filename: '1.csv', status: 'duplicate', duplicate_of: '1.csv' }]);
    expect(dates).toEqual([]);
    expect(await lake.file('1.csv')).toMatchObject({ status: 'success', rows: 1 });
    expect(existsSync(join(lake.directory, 'raw/streams/1.csv'))).toBe(false);
  });

  test('the same bytes under another name are a duplicate and count once', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue, stream('1.csv', plays('u a 10:00:00')));
    const { files, dates } = await lake.run(stream('copy.csv', plays('u a 10:00:00')));
    expect(files).toMatchObject([{ filename: 'copy.csv', status: 'duplicate', duplicate_of: '1.csv' }]);
    expect(dates).toEqual([]);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 1 });
  });

  test.each([
    ['the earlier one first', [0, 1]],
    ['the later one first', [1, 0]],
  ])('the same bytes with plays that only the later delivery can know count, %s', async (_, order) => {
    const lake = await TestLake.open();
    const text = plays('u a 2024-06-25 10:00:00', 'u a 2024-06-27 12:00:00');
    const deliveries = [
      { ...stream('early.csv', text), modified: new Date('2024-06-25T12:00:00Z') },
      { ...stream('late.csv', text), modified: new Date('2024-06-28T00:00:00Z') },
    ];
    await lake.run(catalogue);
    for (const index of order) await lake.run(...deliveries.slice(index, index + 1));
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 1, '2024-06-27 pop': 1 });
  });

  test('a duplicate keeps its plays when the file that it repeats is replaced', async () => {
    const lake = await TestLake.open({ onSameName: 'replace' });
    await lake.run(
      catalogue,
      stream('1.csv', plays('u a 10:00:00')),
      stream('copy.csv', plays('u a 10:00:00')),
    );
    await lake.run(stream('1.csv', plays('v a 11:00:00')));
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 2 });
  });

  test('a play that two files deliver counts once', async () => {
    const lake = await TestLake.open();
    const { dates } = await lake.run(
      catalogue,
      stream('1.csv', plays('u a 10:00:00', 'u a 11:00:00')),
      stream('2.csv', plays('u a 11:00:00', 'u a 12:00:00')),
    );
    expect(dates).toMatchObject([{ plays: 3 }]);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 3 });
  });

  test('a play of an unknown track is reported, and counts as soon as the catalogue knows the track', async () => {
    const lake = await TestLake.open();
    const first = await lake.run(catalogue, stream('1.csv', plays('u a 10:00:00', 'u new 11:00:00')));
    expect(first.files).toMatchObject([{ valid: 2, unknown_track: 1, unknown_user: 2 }]);
    const second = await lake.run({ ...catalogue, text: songs('a pop', 'new jazz') });
    // Two rows for jazz, and jazz takes rank 1 from pop, which gets rank 2.
    expect(second.dates).toMatchObject([{ date: '2024-06-25', items: { written: 4, deleted: 0 } }]);
    expect(await listens(lake)).toEqual({ '2024-06-25 jazz': 1, '2024-06-25 pop': 1 });
    expect(await lake.file('1.csv')).toMatchObject({ unknown_track: 0 });
  });

  test('a new catalogue touches every date, and only what it changes is written', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue, stream('1.csv', plays('u a 2024-06-20 10:00:00', 'u b 2024-06-25 10:00:00')));
    const { dates } = await lake.run({
      ...catalogue,
      text: songs('a pop 1000', 'b rock', 'b pop', 'c funk'),
    });
    expect(dates).toMatchObject([
      { date: '2024-06-20', items: { written: 0, deleted: 0, unchanged: 3 } },
      { date: '2024-06-25', items: { written: 0, deleted: 0, unchanged: 6 } },
    ]);
  });

  test('what vanishes from a chart vanishes from the tables', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue, stream('1.csv', plays('u a 10:00:00', 'u b 10:00:00')));
    const { dates } = await lake.run({ ...catalogue, text: songs('a pop') });
    expect(dates).toMatchObject([{ items: { deleted: 4 } }]);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 1 });
    expect((await lake.chart('top_genres')).map(({ genre }) => genre)).toEqual(['pop']);
  });

  test('a catalogue file that did not change is not taken again', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue);
    const { catalogue: taken } = await lake.run();
    expect(taken).toEqual([]);
    expect(existsSync(join(lake.directory, 'raw/songs/songs.csv'))).toBe(true);
  });

  test('a catalogue file that changed is taken, even with its old size and time', async () => {
    const lake = await TestLake.open();
    await lake.run({ ...catalogue, text: songs('a pop 1000') }, stream('1.csv', plays('u a 10:00:00')));
    await lake.run({ ...catalogue, text: songs('a pop 9000') });
    expect(await lake.chart('daily_genre')).toMatchObject([{ total_listening_time: 9000 }]);
  });

  test('the same bytes with another time are judged anew when they replace what replaced them', async () => {
    const lake = await TestLake.open({ onSameName: 'replace' });
    const text = plays('u a 2024-06-25 10:00:00', 'u a 2024-06-25 23:00:00', ' a 2024-06-25 10:00:00');
    const early = { ...stream('1.csv', text), modified: new Date('2024-06-24T12:00:00Z') };
    await lake.run(catalogue, early);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 1 });
    await lake.run(stream('1.csv', plays('v a 10:00:00')));
    await lake.run({ ...early, modified: new Date('2024-07-25T00:00:00Z') });
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 2 });
    expect(await count(lake.hitparade.badRecords())).toBe(1);
  });

  test('a catalogue can go back to what it was', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue, stream('1.csv', plays('u a 10:00:00')));
    await lake.run({ ...catalogue, text: songs('a jazz'), modified: new Date('2024-07-02T00:00:00Z') });
    await lake.run(catalogue);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 1 });
  });

  test('plays come before their catalogue and count when it is there', async () => {
    const lake = await TestLake.open();
    await lake.run(stream('1.csv', plays('u a 10:00:00')));
    expect(await listens(lake)).toEqual({});
    await lake.run(catalogue);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 1 });
  });
});

describe('a name that comes again with other bytes', () => {
  const first = stream('1.csv', plays('u a 10:00:00', 'u a 11:00:00'));
  const second = stream('1.csv', plays('u a 11:00:00', 'u a 12:00:00', 'u a 13:00:00'));

  test('append: both count, and what both deliver counts once', async () => {
    const lake = await TestLake.open({ onSameName: 'append' });
    await lake.run(catalogue, first);
    await lake.run(second);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 4 });
    expect(await lake.hitparade.files('1.csv')).toHaveLength(2);
  });

  test('replace: the new one counts instead, on every date of the old one', async () => {
    const lake = await TestLake.open({ onSameName: 'replace' });
    await lake.run(catalogue, stream('1.csv', plays('u a 2024-06-20 10:00:00', 'u a 2024-06-25 10:00:00')));
    const { dates } = await lake.run(second);
    expect(dates.map(({ date }) => date)).toEqual(['2024-06-20', '2024-06-25']);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 3 });
    // A file without rows, because one that is gone would not keep an older one from coming back.
    const publication = await readFile(
      join(lake.directory, 'processed/_publications/2024-06-20.json'),
      'utf8',
    );
    expect(JSON.parse(publication)).toMatchObject({ kpis: { daily_genre: { rows: 0 } }, plays: 0 });
  });

  test('reject: the new one is set aside and nothing changes', async () => {
    const lake = await TestLake.open({ onSameName: 'reject' });
    await lake.run(catalogue, first);
    const { files } = await lake.run(second);
    expect(files).toMatchObject([
      { status: 'failed', error: expect.stringContaining('on-same-name') as string },
    ]);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 2 });
  });

  test('both deliveries are kept in the archive, each under a name of its own', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue, first);
    await lake.run(second);
    const places = (await lake.hitparade.files('1.csv')).map(({ location }) => location ?? '');
    const texts = await Promise.all(places.map((place) => readFile(join(lake.directory, place), 'utf8')));
    expect(texts).toEqual([second.text, first.text]);
  });
});

describe('a rejected file', () => {
  const broken = stream('1.csv', 'User_ID,track_id,listen_time\nu,a,2024-06-25 10:00:00\n');

  test('moves to archive/rejected with its reasons beside it, and the others go through', async () => {
    const lake = await TestLake.open();
    const { files } = await lake.run(catalogue, broken, stream('2.csv', plays('u a 10:00:00')));
    expect(files).toMatchObject([
      {
        filename: '1.csv',
        status: 'failed',
        error: expect.stringContaining('rename User_ID to user_id') as string,
      },
      { filename: '2.csv', status: 'success' },
    ]);
    const place = join(lake.directory, 'archive/rejected/streams/1.csv');
    expect(await readFile(place, 'utf8')).toBe(broken.text);
    expect(JSON.parse(await readFile(`${place}.reasons.json`, 'utf8'))).toMatchObject({
      code: 'missing_column',
    });
    expect(existsSync(join(lake.directory, 'raw/streams/1.csv'))).toBe(false);
  });

  test('repaired, it can be dropped again under its name', async () => {
    const lake = await TestLake.open({ onSameName: 'reject' });
    await lake.run(catalogue, broken);
    const { files } = await lake.run(stream('1.csv', plays('u a 10:00:00')));
    expect(files).toMatchObject([{ status: 'success' }]);
    expect(await lake.file('1.csv')).toMatchObject({ status: 'success', error: null });
  });

  test('a catalogue that is rejected leaves the one before in force', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue, stream('1.csv', plays('u a 10:00:00')));
    const { catalogue: taken } = await lake.run({ ...catalogue, text: 'track_id,track_name\n' });
    expect(taken).toMatchObject([{ filename: 'songs.csv', status: 'failed' }]);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 1 });
    expect(existsSync(join(lake.directory, 'archive/rejected/songs/songs.csv'))).toBe(true);
  });
});

describe('a source and its archive', () => {
  test('what an uploader writes after its file was taken is kept in the archive', async () => {
    const lake = await TestLake.open();
    await lake.drop(stream('slow.csv', plays('u a 10:00:00')));
    const upload = await open(join(lake.directory, 'raw/streams/slow.csv'), 'a');
    const { files } = await lake.run(catalogue);
    await upload.write('v,a,2024-06-25 11:00:00\n');
    await upload.close();
    const kept = await readFile(join(lake.directory, files[0]?.location ?? ''), 'utf8');
    expect(kept).toBe(plays('u a 10:00:00', 'v a 11:00:00'));
  });

  test('a source with another name outside is copied, so that its owner can go on using it', async () => {
    const lake = await TestLake.open();
    const text = plays('u a 10:00:00');
    const own = join(lake.directory, 'export.csv');
    await writeFile(own, text);
    await mkdir(join(lake.directory, 'raw/streams'), { recursive: true });
    await link(own, join(lake.directory, 'raw/streams/1.csv'));
    const { files } = await lake.run(catalogue);
    await appendFile(own, 'more');
    expect(await readFile(join(lake.directory, files[0]?.location ?? ''), 'utf8')).toBe(text);
  });

  test('a rejected file that was mended in place stays, and the next one is kept beside it', async () => {
    const lake = await TestLake.open();
    const broken = stream('1.csv', 'User_ID,track_id,listen_time\n');
    await lake.run(broken);
    const place = join(lake.directory, 'archive/rejected/streams/1.csv');
    await writeFile(place, 'mended');
    const { files } = await lake.run(broken, stream('2.csv', plays('u a 10:00:00')));
    expect(files).toMatchObject([{ status: 'failed' }, { status: 'success' }]);
    expect(await readFile(place, 'utf8')).toBe('mended');
    const beside = (await readdir(dirname(place))).filter((name) => /^1\.kept-\w+\.csv$/.test(name));
    expect(await readFile(join(dirname(place), beside[0] ?? ''), 'utf8')).toBe(broken.text);
  });

  test('one that cannot be archived does not keep the others in raw, and the run says so', async () => {
    const lake = await TestLake.open();
    await lake.run(catalogue, stream('a.csv', plays('u a 10:00:00')));
    await expect(
      lake.run(stream('a.csv/b.csv', plays('u a 11:00:00')), stream('z.csv', plays('u a 12:00:00'))),
    ).rejects.toThrow(/a\.csv/);
    expect(existsSync(join(lake.directory, 'raw/streams/z.csv'))).toBe(false);
    expect(existsSync(join(lake.directory, 'raw/streams/a.csv/b.csv'))).toBe(true);
    expect(await listens(lake)).toEqual({ '2024-06-25 pop': 3 });
  });
});

describe('the raw folder', () => {
  test('hidden and temporary files are left alone, strangers are mentioned', async () => {
    const notices: string[] = [];
    const lake = await TestLake.open({}, (event) => {
      if (event.type === 'notice') notices.push(event.subject);
    });
    const text = plays('u a 10:00:00');
    await lake.run(
      ...['.hidden.csv', 'x.csv.part', 'x.csv.tmp', '_SUCCESS', 'readme.txt', 'x.CSV'].map((name) =>
        stream(name, text),
      ),
    );
    expect(notices).toEqual(['raw/streams/readme.txt', 'raw/streams/x.CSV']);
    expect((await lake.hitparade.files()).length).toBe(0);
    expect(existsSync(join(lake.directory, 'raw/streams/readme.txt'))).toBe(true);
  });

  test('files in folders below raw/streams are taken with their path as name', async () => {
    const lake = await TestLake.open();
    const { files } = await lake.run(stream('2024/06/a.csv', plays('u a 10:00:00')));
    expect(files).toMatchObject([{ filename: '2024/06/a.csv', status: 'success' }]);
    expect(files[0]?.location).toMatch(/^archive\/streams\/\d{4}\/\d{2}\/2024\/06\/a\.csv$/);
  });
});
