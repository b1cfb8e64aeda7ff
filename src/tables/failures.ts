import pRetry from 'p-retry';
import { HitparadeError } from '../errors.ts';
import { TablesConfigError, TablesUnavailableError } from './errors.ts';
import type { Tables } from './tables.ts';

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'TransactionInProgressException',
]);
/** Why a transaction was cancelled, if it may be made later. */
const BUSY = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
const REFUSED = new Set([
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);
const UNREACHABLE = new Set([
  'TimeoutError',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
]);

/** More often than hosts end one after the other, less than without end. */
const MAX_RECONNECTS = 20;

/**
 * Runs one call of the SDK and says in hitparade's words why it failed. Errors that a caller decides on
 * (a failed condition, a table in use) and errors that nobody expected pass as they are.
 *
 * If nobody answers and the tables can be found elsewhere (`reconnect`), the call is repeated there. It may
 * have been made before its answer was lost, so every write must be one that can be made twice.
 *
 * @param action what was tried, as it reads after "could not", for example `read the table X`
 * @param call takes the client anew each time
 * @throws TablesConfigError, TablesUnavailableError
 */
export async function attempt<T>(
  tables: Pick<Tables, 'location' | 'reconnect'>,
  action: string,
  call: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let reconnects = 0; ; reconnects++) {
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      if (tables.reconnect === undefined || reconnects === MAX_RECONNECTS || !isUnanswered(error)) {
        throw explain(error, `Could not ${action} (${tables.location})`);
      }
    }
    await tables.reconnect();
    signal?.throwIfAborted();
  }
}

/** Repeats a call with growing, jittered delays while DynamoDB is throttling it, within the tables' patience. */
export function whileThrottled<T>(tables: Tables, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const { retries, firstDelayMs, maxDelayMs, totalMs } = tables.patience;
  return pRetry(call, {
    retries,
    minTimeout: firstDelayMs,
    maxTimeout: maxDelayMs,
    maxRetryTime: totalMs,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => error instanceof TablesUnavailableError && error.reason === 'throttled',
  });
}

/** Whether the SDK says that this kind of error came from DynamoDB. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Whether a condition of a write, or of one of a transaction's, did not hold. */
export function conditionFailed(error: unknown): boolean {
  return (
    isNamed(error, 'ConditionalCheckFailedException') ||
    cancellations(error).includes('ConditionalCheckFailed')
  );
}

/** The codes of the actions for which a transaction was cancelled; none for other errors. */
function cancellations(error: unknown): readonly string[] {
  if (!(error instanceof Error) || !('CancellationReasons' in error)) return [];
  const reasons = error.CancellationReasons as readonly { readonly Code?: string }[] | undefined;
  return (reasons ?? []).flatMap(({ Code }) => (Code === undefined || Code === 'None' ? [] : [Code]));
}

/** Whether a transaction was cancelled only because others were at work on the same items or tables. */
function isBusy(error: Error): boolean {
  const codes = cancellations(error);
  return codes.length > 0 && codes.every((code) => BUSY.has(code));
}

function explain(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof HitparadeError) return error;
  const reason = error.message === '' ? error.name : error.message;
  const message = `${what}: ${reason}`;
  if (THROTTLED.has(error.name) || isBusy(error)) {
    return new TablesUnavailableError(message, 'throttled', {
      hint: 'DynamoDB is limiting the requests of this account or table. Run again in a few minutes.',
      cause: error,
    });
  }
  if (REFUSED.has(error.name)) {
    return new TablesConfigError(message, {
      hint: 'Check the AWS credentials of this shell (AWS_PROFILE, AWS_ACCESS_KEY_ID), what they may do, and the region. An emulator takes any.',
      cause: error,
    });
  }
  if (error.name === 'ResourceNotFoundException') {
    return new TablesConfigError(message, {
      hint: '`hitparade run` makes a missing table and fills it from the lake. If it should be there, check --region, --table-prefix and --dynamodb-endpoint.',
      cause: error,
    });
  }
  if (isUnanswered(error) || statusOf(error) >= 500) {
    return new TablesUnavailableError(message, 'unreachable', {
      hint: 'Check that the address is right and that the server runs (--dynamodb-endpoint), then run again.',
      cause: error,
    });
  }
  return error;
}

function isUnanswered(error: unknown): boolean {
  return error instanceof Error && (UNREACHABLE.has(error.name) || UNREACHABLE.has(codeOf(error)));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function statusOf(error: Error): number {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return 0;
  const metadata = error.$metadata;
  return 'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number'
    ? metadata.httpStatusCode
    : 0;
}
