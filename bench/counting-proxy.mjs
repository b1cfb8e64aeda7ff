import { createServer, request } from 'node:http';
import { once } from 'node:events';

/** Requests that change one item of one table, named in the request itself. */
const SINGLE_WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/**
 * The tables that a DynamoDB request writes to, once for each item.
 * @param {string} operation
 * @param {any} body
 * @returns {string[]}
 */
function writtenTables(operation, body) {
  if (SINGLE_WRITES.has(operation)) return [body.TableName];
  if (operation === 'BatchWriteItem') {
    return Object.entries(body.RequestItems).flatMap(([table, items]) => items.map(() => table));
  }
  if (operation !== 'TransactWriteItems') return [];
  // A condition alone changes nothing.
  return body.TransactItems.flatMap((/** @type {Record<string, { TableName: string }>} */ action) =>
    Object.entries(action).flatMap(([kind, { TableName }]) => (kind === 'ConditionCheck' ? [] : [TableName])),
  );
}

/**
 * Stands between a program and its DynamoDB and counts the items that are written, table by table.
 * @param {string} endpoint
 */
export async function countingProxy(endpoint) {
  const target = new URL(endpoint);
  /** @type {Map<string, number>} */
  const written = new Map();
  const server = createServer((incoming, answer) => {
    /** @type {Buffer[]} */
    const chunks = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
      if (body.length > 0) {
        for (const table of writtenTables(operation, JSON.parse(body.toString('utf8')))) {
          written.set(table, (written.get(table) ?? 0) + 1);
        }
      }
      const { method, url, headers } = incoming;
      const { hostname, port } = target;
      const forwarded = request({ hostname, port, method, path: url, headers }, (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      });
      forwarded.on('error', (error) => answer.destroy(error));
      forwarded.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    written,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
