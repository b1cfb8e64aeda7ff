import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { DynaliteStore } from './dynalite-store.ts';

/** What the SDK gives to a handler of requests, as far as DynamoDB uses it. */
interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Options {
  readonly abortSignal?: { readonly aborted: boolean };
}

type DirectConfig = Required<Pick<DynamoDBClientConfig, 'requestHandler' | 'signer'>>;

const utf8 = new TextDecoder();

/**
 * How a client asks tables that its own process hosts: without a socket in between, and without signing what
 * nobody checks. That is half of the time of a request, and a small file is mostly requests.
 */
export function directConfig(store: Pick<DynaliteStore, 'execute'>, timeoutMs: number): DirectConfig {
  return {
    requestHandler: {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async ({ headers, body }: Request, { abortSignal }: Options = {}) => {
        if (abortSignal?.aborted === true) throw named('AbortError', 'Request aborted');
        const operation = headers['x-amz-target']?.split('.')[1] ?? '';
        const text = typeof body === 'string' ? body : utf8.decode(body as Uint8Array);
        const answer = await inTime(store.execute(operation, text), timeoutMs);
        return {
          response: {
            statusCode: answer.status,
            headers: { 'content-type': 'application/x-amz-json-1.0' },
            body: Buffer.from(JSON.stringify(answer.body)),
          },
        };
      },
    },
    signer: { sign: (request) => Promise.resolve(request) },
  };
}

/** A disk that hangs must not keep us for ever. */
async function inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(named('TimeoutError', `The embedded tables did not answer within ${String(timeoutMs)} ms.`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The SDK tells errors by their names. */
function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
