import { expect, test } from 'vitest';
import { toJson } from '../../../src/cli/json.ts';
import { changeOfCount, changeOfRank } from '../../../src/cli/render/movement.ts';
import { bytes, duration } from '../../../src/cli/render/numbers.ts';
import { dayBefore, isDate, longDate, shortDateRange } from '../../../src/cli/render/dates.ts';
import { displayWidth, truncate } from '../../../src/cli/render/display-width.ts';
import { printable } from '../../../src/cli/render/printable.ts';
import { progressLine } from '../../../src/cli/render/progress-line.ts';
import { makeStyle } from '../../../src/cli/render/style.ts';
import { nearMiss } from '../../../src/cli/near-miss.ts';

test.each([
  [999, '0 s'],
  [32_000, '32 s'],
  [245_000, '4 m 05 s'],
  [43_440_000, '12 h 04 m'],
  [3_600_000n * 25_000n, '25,000 h 00 m'],
])('%s ms read as %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_400_000, '1.4 MB'],
  [999_600, '1.0 MB'],
  [123_000_000, '123 MB'],
])('%s bytes read as %s', (value, text) => {
  expect(bytes(value)).toBe(text);
});

test('dates are those of the calendar', () => {
  expect(['2024-02-29', '2023-02-29', '2024-6-1', '2024-13-01', 'today'].map(isDate)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
  expect(dayBefore('2024-03-01')).toBe('2024-02-29');
  expect(longDate('2024-06-25')).toBe('Tuesday, 25 June 2024');
});

test('a short range of dates says the year once if it is the same', () => {
  expect(shortDateRange([])).toBe('');
  expect(shortDateRange(['2024-06-25'])).toBe('2024-06-25');
  expect(shortDateRange(['2024-06-25', '2024-06-26', '2024-07-01'])).toBe('2024-06-25..07-01');
  expect(shortDateRange(['2024-12-31', '2025-01-01'])).toBe('2024-12-31..2025-01-01');
});

test('a change is told in whole percent, and as new without anything before', () => {
  expect(changeOfCount(112, 100)).toEqual({ kind: 'up', amount: '12 %' });
  expect(changeOfCount(50, 100)).toEqual({ kind: 'down', amount: '50 %' });
  expect(changeOfCount(1000, 1001)).toEqual({ kind: 'same', amount: '' });
  expect(changeOfCount(5000, 1)).toEqual({ kind: 'up', amount: '>999 %' });
  expect(changeOfCount(5, undefined).kind).toBe('new');
  expect(changeOfRank(1, 3)).toEqual({ kind: 'up', amount: '2' });
  expect(changeOfRank(3, 1)).toEqual({ kind: 'down', amount: '2' });
});

test('wide characters take two columns, and text is cut between characters', () => {
  expect(displayWidth('日本')).toBe(4);
  expect(displayWidth('e\u0301')).toBe(1);
  expect(truncate('日本語', 4, '~')).toBe('日~');
  expect(truncate('abcd', 4, '~')).toBe('abcd');
});

test('what a terminal would obey is written as an escape', () => {
  expect(printable('a\u0000\u001b[2J\u009b\u007f\u202e\ud800é日')).toBe(
    'a\\x00\\x1b[2J\\x9b\\x7f\\u202e\\ud800é日',
  );
});

test('JSON keeps every digit and no control character', () => {
  expect(toJson({ a: 9007199254740993n, b: [1, null, '\u009b'], c: undefined, d: NaN })).toBe(
    '{"a":9007199254740993,"b":[1,null,"\\u009b"],"d":null}',
  );
});

test('the near miss is found across spellings, and nothing is guessed from afar', () => {
  expect(nearMiss('tablePrefix', ['threads', 'table-prefix'])).toBe('table-prefix');
  expect(nearMiss('thraeds', ['threads', 'table-prefix'])).toBe('threads');
  expect(nearMiss('colour-scheme', ['threads', 'table-prefix'])).toBeUndefined();
});

test('the progress line tells bytes, rows, rate and time left', () => {
  const event = {
    type: 'progress',
    stage: 'validate_streams',
    subject: 'a-file-with-a-rather-long-name.csv',
    done: 12_000_000,
    total: 48_000_000,
    unit: 'bytes',
    rows: 310_000,
  } as const;
  const style = makeStyle({ colour: false, width: 110 });
  expect(progressLine(event, { ms: 10_000, units: 12_000_000 }, style)).toBe(
    'validate_streams  a-file-with-a-rather-long-~  12.0 MB of 48.0 MB (25 %)  310,000 rows  1.2 MB/s  30 s left',
  );
});
