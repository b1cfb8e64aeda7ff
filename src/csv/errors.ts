import { FileRejectedError, type ExceededLimit, type FailureDetails } from '../errors.ts';

/** Why a whole file cannot be trusted; no record of it may be used. */
export type FileRejection =
  | 'unterminated_quote'
  | 'wrong_encoding'
  | 'malformed_header'
  | 'broken_gzip'
  | 'unexpected_gzip'
  | 'gzip_ratio'
  | 'too_many_bytes'
  | 'too_many_records'
  | 'too_many_columns';

/** Identity of the bytes as received. */
export interface ReceivedBytes {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface RejectionDetails extends FailureDetails {
  readonly hint: string;
  readonly limit?: ExceededLimit;
  /** Offset in the uncompressed file at which the trouble begins, if it has a place. */
  readonly byte?: number;
  /** Physical line of `byte`; 1 is the file's first line. */
  readonly line?: number;
}

/** The file as a whole is refused. Its content decides that, so a second try gives the same answer. */
export class ScanRejectedError extends FileRejectedError {
  declare readonly code: FileRejection;
  readonly byte: number | undefined;
  readonly line: number | undefined;
  /** Known if the source could be read to its end all the same; the raw copy is then complete. */
  readonly received: ReceivedBytes | undefined;

  constructor(code: FileRejection, message: string, details: RejectionDetails, received?: ReceivedBytes) {
    super(code, message, details);
    this.byte = details.byte;
    this.line = details.line;
    this.received = received;
  }

  /** The same rejection, with the identity of the bytes that were refused. */
  withReceived(received: ReceivedBytes): ScanRejectedError {
    const { byte, line, limit, hint = '', cause } = this;
    const place = { ...(byte === undefined ? {} : { byte }), ...(line === undefined ? {} : { line }) };
    const details = { hint, cause, ...place, ...(limit === undefined ? {} : { limit }) };
    return new ScanRejectedError(this.code, this.message, details, received);
  }
}
