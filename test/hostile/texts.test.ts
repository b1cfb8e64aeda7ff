import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { plays, songs, TestLake, type Drop } from '../support/test-lake.ts';

const catalogue: Drop = { dataset: 'songs', filename: 'songs.csv', text: songs('t pop') };
const HEADER = 'user_id,track_id,listen_time\n';
const TIME = '2024-06-25 10:00:00';
const GOOD = `${HEADER}u,t,${TIME}\nv,t,${TIME}\n`;
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
/** A good row, one with these bytes in it, and a good row. */
const around = (user: string): Buffer => latin1(`${HEADER}u,t,${TIME}\n${user},t,${TIME}\nv,t,${TIME}\n`);
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

type Outcome = Readonly<Record<string, number>> | RegExp;

/** What came, and how many rows are valid and which reasons the bad ones have; or why all of it is refused. */
const FILES: readonly (readonly [name: string, bytes: string | Buffer, valid: number, Outcome])[] = [
  [
    'utf16le-mark.csv',
    Buffer.concat([latin1('\xff\xfe'), utf16(GOOD)]),
    0,
    /byte order mark of UTF-16; only UTF-8 is read\. Save the file as UTF-8/,
  ],
  ['utf16be-mark.csv', Buffer.concat([latin1('\xfe\xff'), utf16(GOOD).swap16()]), 0, /UTF-16/],
  ['utf16le.csv', utf16(GOOD), 0, /header holds NUL bytes, as UTF-16 text does/],
  ['utf16be.csv', utf16(GOOD).swap16(), 0, /header holds NUL bytes, as UTF-16 text does/],
  ['utf8-mark.csv', `\uFEFF${GOOD}`, 2, {}],
  ['mark-in-the-middle.csv', around('\xef\xbb\xbf'), 3, {}],
  ['nul.csv', around('a\0b'), 2, { nul_byte: 1 }],
  ['nul-in-quotes.csv', around('"a\0b"'), 2, { nul_byte: 1 }],
  ['latin1.csv', around('caf\xe9'), 2, { invalid_utf8: 1 }],
  ['overlong-slash.csv', around('\xc0\xaf'), 2, { invalid_utf8: 1 }],
  ['overlong-nul.csv', around('\xc0\x80'), 2, { invalid_utf8: 1 }],
  ['overlong-quote.csv', around('\xc0\xa2'), 2, { invalid_utf8: 1 }],
  ['overlong-line-feed.csv', around('\xe0\x80\x8a'), 2, { invalid_utf8: 1 }],
  ['lone-surrogate.csv', around('\xed\xa0\x80'), 2, { invalid_utf8: 1 }],
  ['surrogate-pair.csv', around('\xed\xa0\xbd\xed\xb8\x80'), 2, { invalid_utf8: 1 }],
  ['beyond-unicode.csv', around('\xf4\x90\x80\x80'), 2, { invalid_utf8: 1 }],
  ['cut-off.csv', around('\xf0\x9f\x8e'), 2, { invalid_utf8: 1 }],
  ['largest-code-point.csv', around('\xf4\x8f\xbf\xbf'), 3, {}],
  [
    'mixed-line-ends.csv',
    `${HEADER.trimEnd()}\ru,t,${TIME}\r\nv,t,${TIME}\n\n"w\r\n\n\rw",t,${TIME}\r\rx,t,${TIME}`,
    4,
    {},
  ],
  ['only-line-ends.csv', '\r\n\n\r\r\n', 0, {}],
  ['no-bytes.csv', '', 0, {}],
  ['only-header.csv', HEADER.trimEnd(), 0, {}],
  ['only-mark.csv', '\uFEFF', 0, {}],
  [
    'all-bad.csv',
    `${HEADER},,\n1\n"x"y,t,${TIME}\n`,
    0,
    {
      missing_user_id: 1,
      missing_track_id: 1,
      missing_listen_time: 1,
      wrong_column_count: 1,
      malformed_quote: 1,
    },
  ],
  ['open-quote.csv', `${HEADER}u,t,${TIME}\nv,"t,${TIME}\n`, 0, /Unterminated quote at byte 55, line 3/],
  ['wrong-columns.csv', `user,track\nu,t\n`, 0, /user_id/],
  ['gzip.csv', gzipSync(GOOD), 0, /magic number of gzip.*Name a file that is compressed once \.csv\.gz/],
  ['text.csv.gz', GOOD, 0, /gzip file is damaged/],
  ['nothing.csv.gz', Buffer.alloc(0), 0, /gzip file is damaged/],
  [
    'truncated.csv.gz',
    gzipSync(GOOD).subarray(0, -1),
    0,
    /damaged: it ends too early, .*check it with "gzip -t"/,
  ],
  [
    'garbage.csv.gz',
    Buffer.concat([gzipSync(GOOD), latin1('garbage')]),
    0,
    /damaged: something in it is not gzip/,
  ],
  ['twice.csv.gz', gzipSync(gzipSync(GOOD)), 0, /magic number of gzip.*compress no file twice/],
  [
    'members.csv.gz',
    Buffer.concat([gzipSync(HEADER + 'u,t,'), gzipSync(''), gzipSync(`${TIME}\nv,t,${TIME}\n`)]),
    2,
    {},
  ],
  [
    'bomb.csv.gz',
    gzipSync(GOOD + 'x'.repeat(4 * 1024 * 1024)),
    0,
    /more than 100 times its size \(checked after 1MiB\)/,
  ],
];

test(
  `${FILES.length} texts are split into valid and bad rows, or refused with a reason`,
  { timeout: 240_000 },
  async () => {
    const lake = await TestLake.open();
    const drops = FILES.map(([filename, text]): Drop => ({ dataset: 'streams', filename, text }));
    const { files } = await lake.run(catalogue, ...drops);
    for (const [name, bytes, valid, outcome] of FILES) {
      const [found] = await lake.hitparade.files(name);
      expect(files.map(({ filename }) => filename)).toContain(name);
      const kept = await readFile(join(lake.directory, found?.location ?? ''));
      expect(kept.equals(Buffer.from(bytes)), name).toBe(true);
      if (outcome instanceof RegExp) {
        expect(found, name).toMatchObject({ status: 'failed', valid: 0, bad: 0 });
        expect(found?.error, name).toMatch(outcome);
        expect(found?.location).toBe(`archive/rejected/streams/${name}`);
      } else {
        expect(found, name).toMatchObject({ valid, reasons: outcome, error: null });
        expect(['success', 'duplicate']).toContain(found?.status);
        if (found?.status === 'success') expect(found.rows).toBe(found.valid + found.bad);
      }
    }
  },
);

test('numbers that other programs would bend are bad where they are required, and empty where they are not', async () => {
  const odd = [
    'NaN',
    'nan',
    'Infinity',
    'inf',
    '1e309',
    '-1e309',
    '1e-999',
    '0x10',
    '1_000',
    '"1,5"',
    '1.5.2',
    '٣',
    '+',
    '.',
    '-',
  ];
  const integers = [
    ...odd,
    '-0',
    '+1',
    '1.0',
    '1e3',
    '9223372036854775808',
    '-9223372036854775809',
    '1'.repeat(400),
  ];
  const lake = await TestLake.open();
  const text = (column: string, values: readonly string[], more = ''): string =>
    `track_id,track_name,track_genre,duration_ms${column}\n${values.map((value, i) => `t${i},Song,pop,${more}${value}\n`).join('')}`;
  const { catalogue: taken } = await lake.run(
    { dataset: 'songs', filename: 'integers.csv', text: text('', ['1', ...integers]) },
    { dataset: 'songs', filename: 'decimals.csv', text: text(',tempo', ['1.5', ...odd], '1000,') },
  );
  expect(taken.map(({ filename, valid, bad }) => [filename, valid, bad])).toEqual([
    ['decimals.csv', odd.length + 1, 0],
    ['integers.csv', 1, integers.length],
  ]);
  expect(taken[1]?.reasons).toEqual({ invalid_duration_ms: integers.length });
  // Too small to be told from zero is zero; all others are left empty and counted.
  expect(taken[0]?.blanked).toEqual({ tempo: odd.length - 1 });
});

test('SQL in names and data is data', async () => {
  const attacks = [
    "'; DROP TABLE deliveries; --",
    "x'), ('y",
    "' OR '1'='1",
    '$$; SELECT 1; $$',
    "'||(SELECT 1)||'",
    "read_csv('/etc/passwd')",
    "'; COPY (SELECT 1) TO '/tmp/hitparade-injected'; --",
    "{{'a'}}",
    '\\',
    "\\'; DROP TABLE x; --",
  ];
  const lake = await TestLake.open();
  const cell = (value: string): string => `"${value.replaceAll('"', '""')}"`;
  await lake.run(
    {
      dataset: 'songs',
      filename: "'; DROP TABLE songs; --.csv",
      text: `track_id,track_name,track_genre,duration_ms\n${attacks.map((text) => `${[text, text, text].map(cell).join(',')},1000\n`).join('')}`,
    },
    {
      dataset: 'streams',
      filename: "x'); DROP TABLE plays; --.csv",
      text: `${HEADER}${attacks.map((text) => `${cell(text)},${cell(text)},${TIME}\n`).join('')}${attacks.map((text) => `${cell(text)},,${cell(text)}\n`).join('')}`,
    },
  );
  const items = await lake.chart('daily_genre');
  expect(items.map((item) => item['genre']).sort()).toEqual([...attacks].sort());
  expect(items.every((item) => item['listen_count'] === 1)).toBe(true);
  const raws: string[] = [];
  for await (const { raw } of lake.hitparade.badRecords()) raws.push(raw);
  expect(raws).toEqual(attacks.map((text) => `${cell(text)},,${cell(text)}`));
});

test('a time is valid to the last second of its bounds, and judged by the time of its file alone', async () => {
  const lake = await TestLake.open();
  const modified = new Date('2024-06-30T23:59:59Z');
  const file = (filename: string, ...times: string[]): Drop => ({
    dataset: 'streams',
    filename,
    text: plays(...times.map((time, i) => `u${i} t ${time}`)),
    modified,
  });
  const { files } = await lake.run(
    file('early.csv', '1999-12-31 23:59:59', '2000-01-01 00:00:00', '2000-01-01 00:00:01'),
    file('late.csv', '2024-07-01 23:59:58', '2024-07-01 23:59:59', '2024-07-02 00:00:00'),
    file(
      'odd.csv',
      '0000-00-00 00:00:00',
      '9999-12-31 23:59:59',
      '2024-02-30 00:00:00',
      '2024-06-25 24:00:00',
    ),
  );
  expect(files.map(({ filename, valid, reasons }) => [filename, valid, reasons])).toEqual([
    ['early.csv', 2, { listen_time_too_early: 1 }],
    ['late.csv', 2, { listen_time_in_future: 1 }],
    ['odd.csv', 0, { invalid_listen_time: 3, listen_time_in_future: 1 }],
  ]);
});
