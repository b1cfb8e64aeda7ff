import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { TablesConfigError } from './errors.ts';

/** Where connections are passed on to. */
export interface RelayTarget {
  readonly endpoint: string;
  /** Makes `endpoint` one that answers. */
  reconnect(): Promise<void>;
}

export interface Relay {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Passes connections on a loopback port to whoever hosts the tables, byte by byte: a port that stays while
 * hosts come and go. Who may ask is for the host to decide.
 *
 * @param port 0 for any free one
 * @throws TablesConfigError if the port cannot be used
 */
export async function openRelay(port: number, target: RelayTarget): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void passOn(socket, target);
  });
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TablesConfigError(`The embedded tables cannot be served on port ${String(port)}: ${reason}`, {
      hint: 'Choose another port with --port; 0 takes any free one.',
      cause: error,
    });
  }
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    endpoint: `http://127.0.0.1:${String(bound)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function passOn(client: Socket, target: RelayTarget): Promise<void> {
  try {
    const host = await reach(target);
    await Promise.all([pipeline(client, host), pipeline(host, client)]);
  } catch {
    // One of the two went away, or nobody hosts the tables: the client learns it from its connection.
    client.destroy();
  }
}

async function reach(target: RelayTarget): Promise<Socket> {
  try {
    return await open(target.endpoint);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    await target.reconnect();
    return open(target.endpoint);
  }
}

async function open(endpoint: string): Promise<Socket> {
  const { hostname: host, port } = new URL(endpoint);
  const socket = connect({ host, port: Number(port) });
  await once(socket, 'connect');
  return socket;
}
