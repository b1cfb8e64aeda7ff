import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Which test holds which kind of hostile or odd input: a file below `test/`, and words of the test's name.
 * A file that is still being uploaded (12) and one that was cut off (13) are the business of `watch`.
 */
const PROOFS: Readonly<Record<string, readonly (readonly [file: string, words: string])[]>> = {
  '1 fields, rows, columns, counts and sizes beyond their limits': [
    ['hostile/limits.test.ts', 'limits of rows set a row aside from the first byte beyond'],
    ['hostile/limits.test.ts', 'limits of files reject a file from the first one beyond'],
    ['fuzz/long-row.fuzz.ts', 'a file whose one row has 2 GiB is read in at most 512 MiB of memory'],
  ],
  '2 a quote that is never closed': [['csv/rejections.test.ts', 'if a quote is never closed']],
  '3 columns that are missing, repeated, in another order, or too many in a row': [
    ['contracts/cases/missing-columns.yaml', 'rule:'],
    ['contracts/cases/duplicate-column.yaml', 'rule:'],
    ['contracts/cases/columns-by-name.yaml', 'rule:'],
    ['contracts/cases/wrong-column-count.yaml', 'rule:'],
  ],
  '4 bytes that are not UTF-8, NUL, and byte order marks': [
    ['hostile/texts.test.ts', 'texts are split into valid and bad rows, or refused with a reason'],
    ['csv/records.test.ts', 'an overlong form is not UTF-8'],
  ],
  '5 mixed line ends, and line ends in quotes': [
    ['csv/records.test.ts', 'line ends may be mixed'],
    ['fuzz/sample.test.ts', 'a sample of small texts is read as csv-parse and the rules read them'],
  ],
  '6 a gzip bomb': [
    ['hostile/limits.test.ts', 'gzip is refused from the first byte beyond its ratio'],
    [
      'csv/rejections.test.ts',
      'that unpacks to more than the ratio allows is rejected early, in bounded memory',
    ],
  ],
  '7 gzip that is cut off, followed by garbage, or of several members': [
    ['csv/rejections.test.ts', 'cut anywhere is damaged'],
    ['csv/rejections.test.ts', 'followed by garbage is damaged'],
    ['csv/rejections.test.ts', 'of several members is unpacked'],
  ],
  '8 formulas': [['hostile/export.test.ts', 'no cell of an exported CSV file begins like a formula']],
  '9 names': [
    ['hostile/names.test.ts', 'odd names are taken as they are, and nothing is written outside the lake'],
  ],
  '10 links, pipes, devices and folders': [
    ['hostile/special-files.test.ts', 'of links, pipes, devices, sockets and folders in raw nothing is read'],
  ],
  '11 SQL': [
    ['hostile/texts.test.ts', 'SQL in names and data is data'],
    ['engines/suite.test.ts', 'SQL can reach no file outside'],
  ],
  '14 a file that is replaced while it is read': [
    ['hostile/changing-file.test.ts', 'is taken as one version of it, never as a mix'],
    ['lake/local-lake.test.ts', 'a file that changes while it is read'],
  ],
  '15 the same again': [['pipeline/arrivals.test.ts', 'the same file again changes nothing and is archived']],
  '16 a known name with other bytes': [
    ['pipeline/arrivals.test.ts', 'append: both count'],
    ['pipeline/arrivals.test.ts', 'replace: the new one counts instead'],
    ['pipeline/arrivals.test.ts', 'reject: the new one is set aside'],
  ],
  '17 known bytes under another name': [
    ['pipeline/arrivals.test.ts', 'the same bytes under another name are a duplicate and count once'],
  ],
  '18 dates that come late or out of order': [
    ['pipeline/arrivals.test.ts', 'a late file for an old date computes that date again'],
    ['pipeline/reference.property.test.ts', 'files that arrive together, in any order, give the same charts'],
  ],
  '19 times in the future, in the past, or in no calendar': [
    ['hostile/texts.test.ts', 'a time is valid to the last second of its bounds'],
    ['contracts/cases/times-refused.yaml', 'rule:'],
  ],
  '20 plays of too many dates': [['hostile/limits.test.ts', 'dates-4.csv']],
  '21 numbers that other programs bend': [
    ['hostile/texts.test.ts', 'numbers that other programs would bend'],
    ['contracts/cases/integers.yaml', 'rule:'],
  ],
  '22 nothing, or a header only': [
    ['contracts/cases/empty-file.yaml', 'rule:'],
    ['contracts/cases/header-only.yaml', 'rule:'],
  ],
  '23 nothing but bad rows': [
    ['contracts/cases/no-valid-row.yaml', 'rule:'],
    ['contracts/cases/empty-catalogue.yaml', 'rule:'],
  ],
};

test.each(Object.entries(PROOFS))('there is a test for %s', (_, proofs) => {
  for (const [file, words] of proofs) {
    expect(readFileSync(join(import.meta.dirname, '..', file), 'utf8')).toContain(words);
  }
});
