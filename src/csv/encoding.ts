import type { Block } from './blocks.ts';
import { ScanRejectedError } from './errors.ts';

const FOREIGN_MARKS: readonly (readonly [name: string, mark: readonly number[]])[] = [
  // UTF-32LE begins with the mark of UTF-16LE, so it comes first.
  ['UTF-32', [0xff, 0xfe, 0x00, 0x00]],
  ['UTF-32', [0x00, 0x00, 0xfe, 0xff]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];
const UTF8_MARK = [0xef, 0xbb, 0xbf];
const GZIP_MAGIC = [0x1f, 0x8b];

export const SAVE_AS_UTF8 = 'Save the file as UTF-8 and deliver it again.';

/**
 * Looks at a file's first block.
 * @returns the number of bytes to skip: 3 for a UTF-8 byte order mark, otherwise 0
 * @throws ScanRejectedError if the file is UTF-16, UTF-32 or gzip
 */
export function checkBeginning(block: Block): number {
  const beginsWith = (mark: readonly number[]): boolean =>
    block.to - block.from >= mark.length && mark.every((byte, i) => block.bytes[block.from + i] === byte);

  for (const [name, mark] of FOREIGN_MARKS) {
    if (!beginsWith(mark)) continue;
    const message = `The file begins with the byte order mark of ${name}; only UTF-8 is read.`;
    throw new ScanRejectedError('wrong_encoding', message, { hint: SAVE_AS_UTF8, byte: 0, line: 1 });
  }
  if (beginsWith(GZIP_MAGIC)) {
    const hint = 'Name a file that is compressed once .csv.gz, and compress no file twice.';
    const message = 'The text begins with the magic number of gzip; expected CSV.';
    throw new ScanRejectedError('unexpected_gzip', message, { hint, byte: 0, line: 1 });
  }
  return beginsWith(UTF8_MARK) ? UTF8_MARK.length : 0;
}
