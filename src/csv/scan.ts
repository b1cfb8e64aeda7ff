import type { Block } from './blocks.ts';
import { ScanRejectedError } from './errors.ts';
import { raise, SCAN_LIMIT_KEYS, sizeText, type ScanLimits } from './limits.ts';
import type { RecordBatch } from './record-batch.ts';
import type { RecordScanner } from './scanner.ts';

/**
 * The records of a text, batch by batch, within the limits of a file.
 * @throws ScanRejectedError
 */
export async function* scanText(
  text: AsyncIterable<Block>,
  scanner: RecordScanner,
  limits: ScanLimits,
): AsyncGenerator<RecordBatch, void, undefined> {
  for await (const block of text) {
    assertBytes(block.offset + block.to - block.from, 'uncompressed', limits);
    const batch = scanner.scan(block);
    if (batch.recordsBefore + batch.count > limits.maxRecords) {
      throw tooManyRecords(limits.maxRecords);
    }
    yield batch;
    scanner.carryOver(block);
  }
}

function tooManyRecords(value: number): ScanRejectedError {
  return new ScanRejectedError('too_many_records', `The file has more than ${value} rows.`, {
    hint: `Split the file into smaller ones, or ${raise(SCAN_LIMIT_KEYS.maxRecords)}`,
    limit: { name: 'maxRecords', value },
  });
}

/** @throws ScanRejectedError */
export function assertBytes(bytes: number, what: 'received' | 'uncompressed', limits: ScanLimits): void {
  if (bytes <= limits.maxBytes) return;
  const which = what === 'received' ? 'as it was received' : 'when it is unpacked';
  const message = `The file is larger than ${sizeText(limits.maxBytes)} ${which}.`;
  throw new ScanRejectedError('too_many_bytes', message, {
    hint: `Split the file into smaller ones, or ${raise(SCAN_LIMIT_KEYS.maxBytes)}`,
    limit: { name: 'maxBytes', value: limits.maxBytes },
  });
}
