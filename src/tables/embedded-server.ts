import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { DynaliteStore } from './dynalite-store.ts';
import { proveSecret, type EmbeddedKeys } from './embedded-discovery.ts';
import { refusal } from './embedded-guard.ts';

/** DynamoDB's own limit for one request. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** How long requests that are being served may take to end when the server closes. */
const CLOSE_MS = 1_000;
const CONTENT_TYPE = 'application/x-amz-json-1.0';

export interface EmbeddedServer {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Serves a store on any free port of loopback. It does not keep the process alive: who uses the tables waits
 * for its own requests.
 */
export async function serveStore(store: DynaliteStore, keys: EmbeddedKeys): Promise<EmbeddedServer> {
  const server = createServer((request, response) => {
    void serve(store, keys, request, response);
  });
  server.unref();
  server.on('connection', (socket) => socket.unref());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { endpoint: `http://127.0.0.1:${String(port)}`, close: () => closeServer(server) };
}

async function serve(
  store: DynaliteStore,
  keys: EmbeddedKeys,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refused = refusal(request.headers, keys.accessKeyId);
  if (refused !== undefined) {
    send(response, 403, { __type: 'com.amazon.coral.service#UnrecognizedClientException', message: refused });
    return;
  }
  if (request.method === 'GET') {
    const challenge = /[?&]challenge=([\w-]+)/.exec(request.url ?? '')?.[1] ?? '';
    response.end(proveSecret(keys.secretAccessKey, challenge));
    return;
  }
  const body = await readBody(request);
  if (body === 'gone') return;
  if (body === 'too large') {
    send(response, 413, { __type: 'com.amazon.coral.service#RequestEntityTooLargeException' });
    return;
  }
  // For example `DynamoDB_20120810.Query`.
  const target = request.headers['x-amz-target'];
  const operation = /^DynamoDB_20120810\.(\w+)$/.exec(typeof target === 'string' ? target : '')?.[1] ?? '';
  const answer = await store.execute(operation, body.text);
  send(response, answer.status, answer.body);
}

async function readBody(request: IncomingMessage): Promise<{ readonly text: string } | 'gone' | 'too large'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return 'too large';
      chunks.push(chunk);
    }
  } catch (error) {
    // A client that goes away while it sends leaves nobody to tell.
    if (!request.complete) return 'gone';
    throw error;
  }
  return { text: Buffer.concat(chunks).toString('utf8') };
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': CONTENT_TYPE,
    'content-length': Buffer.byteLength(body),
    // What was not read of a refused request must not be taken for the next one.
    ...(status === 403 || status === 413 ? { connection: 'close' } : {}),
  });
  response.end(body);
}

/** Idle connections end at once; those at work have a moment to finish. */
async function closeServer(server: Server): Promise<void> {
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, CLOSE_MS);
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
