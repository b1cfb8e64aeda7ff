import type { Block } from './blocks.ts';
import { ScanRejectedError } from './errors.ts';
import type { ScanLimits } from './limits.ts';
import type { RecordBatch } from './record-batch.ts';
import type { RecordScanner } from './scanner.ts';

/**
 * The records of a text, batch by batch, within the limits of a file. Both passes over a file are this.
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
      const message = `The file has more than ${limits.maxRecords} records.`;
      throw new ScanRejectedError('too_many_records', message, { hint: SPLIT });
    }
    yield batch;
    scanner.carryOver(block);
  }
}

const SPLIT = 'Split the file into smaller ones, or raise the limit.';

/** @throws ScanRejectedError */
export function assertBytes(bytes: number, what: 'received' | 'uncompressed', limits: ScanLimits): void {
  if (bytes <= limits.maxBytes) return;
  const message = `The file has more than ${limits.maxBytes} ${what} bytes.`;
  throw new ScanRejectedError('too_many_bytes', message, { hint: SPLIT });
}
