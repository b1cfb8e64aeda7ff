import type { Dataset } from '../../contracts/contract.ts';

/** A record that broke a rule, whole. */
export interface BadRecord {
  readonly dataset: Dataset;
  /** The key below `raw/<dataset>/`. */
  readonly file: string;
  /** SHA-256 of the file as received: two deliveries under one name differ here. */
  readonly hash: string;
  /** 1 is the first record after the header. */
  readonly record: number;
  /** Physical line on which the record begins; 1 is the file's first line. */
  readonly line: number;
  /** Offset of the record's first byte in the uncompressed file; 0 is the file's first byte. */
  readonly byte: number;
  readonly reasons: readonly string[];
  /** The record as it came, without its line end. Bytes that are not UTF-8 show as U+FFFD. */
  readonly raw: string;
  /** The same bytes in base64, present only if they are not valid UTF-8. */
  readonly raw_base64?: string;
  /** Present if `raw` holds only the beginning of an oversized record. */
  readonly truncated?: true;
}
