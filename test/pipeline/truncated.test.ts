import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { LocalLake } from '../../src/lake/local-lake.ts';
import { CommitLog } from '../../src/lake/log.ts';
import { plays, TestLake } from '../support/test-lake.ts';

const WHOLE = plays('u a 10:00:00', 'v a 11:00:00', 'w a 12:00:00');

test.each([
  ['whole', WHOLE, 0, false],
  ['whole, without a last line end', WHOLE.slice(0, -1), 0, false],
  ['cut before the last column', WHOLE.slice(0, -'2024-06-25 12:00:00\n'.length - 1), 1, true],
  ['cut in the last value', WHOLE.slice(0, -'12:00:00\n'.length), 1, true],
  ['cut between two rows', WHOLE.slice(0, -'w,a,2024-06-25 12:00:00\n'.length), 0, false],
  ['whole, with a bad value in the last row', WHOLE.replace('w,a', ',a'), 1, false],
  ['whole, with a short row that is not the last', WHOLE.replace('v,a,', 'v,'), 1, false],
  ['ended by a row with too many columns', WHOLE.replace('w,a', 'w,a,x'), 1, true],
])('a file that is %s: suspect or not', async (_, text, bad, suspect) => {
  const lake = await TestLake.open();
  const modified = new Date('2024-07-01T00:00:00Z');
  for (const [filename, bytes] of [
    ['a.csv', text],
    ['b.csv.gz', gzipSync(text)],
  ] as const) {
    const { files } = await lake.run({ dataset: 'streams', filename, text: bytes, modified });
    expect(files).toMatchObject([{ filename, status: 'success', bad, suspect_truncated: suspect }]);
    expect(await lake.file(filename)).toMatchObject({ suspect_truncated: suspect });
  }
  const log = await CommitLog.open(await LocalLake.open(lake.directory));
  const flags = log.state.entries.map((entry) => entry.kind === 'accepted' && entry.suspectTruncated);
  expect(flags).toEqual(suspect ? [true, true] : [undefined, undefined]);
});
