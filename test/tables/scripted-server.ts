import { createServer } from 'node:http';

export interface ScriptedAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Answers the n-th request; `operation` is for example `TransactWriteItems`. */
export type Script = (request: {
  readonly operation: string;
  readonly body: unknown;
  readonly count: number;
}) => ScriptedAnswer;

export const OK: ScriptedAnswer = { status: 200, body: {} };

export function failure(status: number, type: string, message = type): ScriptedAnswer {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message } };
}

/** A server on loopback that speaks DynamoDB's protocol and says what the script says. */
export async function scriptedServer(
  script: Script,
): Promise<{ endpoint: string; operations: string[]; close: () => Promise<void> }> {
  const operations: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      operations.push(operation);
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const count = operations.filter((name) => name === operation).length;
      const answer = script({ operation, body, count });
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    endpoint: `http://127.0.0.1:${String(address.port)}`,
    operations,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
