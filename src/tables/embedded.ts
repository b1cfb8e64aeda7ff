import { chmod, realpath } from 'node:fs/promises';
import pRetry from 'p-retry';
import type { StoreOptions } from './dynalite-store.ts';
import { inDirectory, makeDirectory } from './embedded-access.ts';
import {
  answers,
  isReachable,
  readDiscovery,
  type EmbeddedKeys,
  type Reachable,
} from './embedded-discovery.ts';
import { discoveryFile, EmbeddedHost } from './embedded-host.ts';
import { TablesConfigError, TablesUnavailableError } from './errors.ts';

/** A way to the tables that are stored in a directory, whichever process of this user hosts them. */
export interface EmbeddedTables extends EmbeddedKeys {
  readonly endpoint: string;
  /** Whether this process hosts them. Tables that another process hosts end with it. */
  readonly hosted: boolean;
  /**
   * Serves the tables on this port too, keeping the process alive until `close`.
   * @returns the endpoint
   * @throws TablesConfigError if another process hosts the tables, or the port cannot be used
   */
  serveOn(port: number): Promise<string>;
  close(): Promise<void>;
}

export interface EmbeddedOptions extends StoreOptions {
  /** How long to wait for a host that has the tables open but does not answer (yet). Default 10 s. */
  readonly waitMs?: number;
}

const WAIT_MS = 10_000;

/** The database is open elsewhere, and whoever has it open does not answer. */
class HostSilent extends Error {}

/**
 * What this process hosts, starts to host or stops to host, by directory. A second open in one process
 * must not reach LevelDB: its failed attempt would close the lock file, and with that silently give up
 * the first one's lock (POSIX).
 */
const hosts = new Map<string, Promise<EmbeddedHost | undefined>>();

/**
 * Opens the tables stored in a directory. Who hosts them is decided by the lock on the database itself;
 * everyone else finds the host through `dynamodb.json` beside it.
 *
 * @throws TablesUnavailableError if another process has the tables open but does not serve them, or no
 * space is left for them
 * @throws TablesConfigError if nothing can be stored in the directory
 */
export function openEmbeddedTables(
  directory: string,
  options: EmbeddedOptions = {},
): Promise<EmbeddedTables> {
  return inDirectory(directory, () => open(directory, options));
}

async function open(directory: string, options: EmbeddedOptions): Promise<EmbeddedTables> {
  await makeDirectory(directory, 0o700);
  await chmod(directory, 0o700);
  const home = await realpath(directory);
  try {
    return await pRetry(() => hostOrJoin(home, options), {
      retries: Infinity,
      minTimeout: 20,
      maxTimeout: 500,
      maxRetryTime: options.waitMs ?? WAIT_MS,
      randomize: true,
      shouldRetry: ({ error }) => error instanceof HostSilent,
    });
  } catch (error) {
    if (!(error instanceof HostSilent)) throw error;
    throw new TablesUnavailableError(
      `The embedded tables in ${home} are open in another process, which does not serve them.`,
      'unreachable',
      { hint: 'Run again when the other command has ended; if it hangs, end it.', cause: error },
    );
  }
}

async function hostOrJoin(home: string, options: StoreOptions): Promise<EmbeddedTables> {
  let host = hosts.get(home);
  if (host === undefined) {
    host = EmbeddedHost.start(home, options);
    keepWhile(home, host);
  }
  const mine = await host;
  if (mine !== undefined) return useHost(home, mine);
  const discovery = await readDiscovery(discoveryFile(home));
  if (discovery === undefined || !isReachable(discovery) || !(await answers(discovery)))
    throw new HostSilent();
  return joinHost(discovery);
}

/** Remembers a host that starts, and forgets it if it does not come to be one. */
function keepWhile(home: string, starting: Promise<EmbeddedHost | undefined>): void {
  const forget = (): void => {
    if (hosts.get(home) === starting) hosts.delete(home);
  };
  hosts.set(home, starting);
  starting.then((host) => {
    if (host === undefined) forget();
  }, forget);
}

function useHost(home: string, host: EmbeddedHost): EmbeddedTables {
  let closed = false;
  host.addUser();
  return {
    ...host.keys,
    endpoint: host.endpoint,
    hosted: true,
    serveOn: (port) => host.serveOn(port),
    async close() {
      if (closed) return;
      closed = true;
      if (!host.removeUser()) return;
      // Until it is closed, whoever opens the tables again finds nobody and asks again.
      const closing = inDirectory(home, () => host.close());
      keepWhile(
        home,
        closing.then(() => undefined),
      );
      await closing;
    },
  };
}

function joinHost({ endpoint, accessKeyId, secretAccessKey }: Reachable): EmbeddedTables {
  return {
    accessKeyId,
    secretAccessKey,
    endpoint,
    hosted: false,
    serveOn: (port) =>
      Promise.reject(
        new TablesConfigError(
          `Another process serves the embedded tables at ${endpoint}; port ${String(port)} cannot be added from here.`,
          { hint: `Use ${endpoint}, or end the other command first.` },
        ),
      ),
    close: () => Promise.resolve(),
  };
}
