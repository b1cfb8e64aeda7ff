import pRetry from 'p-retry';
import type { DynaliteStore, StoreOptions } from './dynalite-store.ts';
import { inDirectory } from './embedded-access.ts';
import { answers, isReachable, readDiscovery, type EmbeddedKeys } from './embedded-discovery.ts';
import { discoveryFile, EmbeddedHost } from './embedded-host.ts';
import { TablesUnavailableError } from './errors.ts';

/** A way to the embedded tables, as long as whoever hosts them now does. */
export interface EmbeddedLink {
  readonly keys: EmbeddedKeys;
  readonly endpoint: string;
  /** Present if this process hosts them. */
  readonly store: DynaliteStore | undefined;
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
 * Hosts the tables of a directory, or finds who does: the lock on the database itself decides, and everyone
 * else finds the host through `dynamodb.json` beside it.
 *
 * @throws TablesUnavailableError if another process has the tables open, but does not serve them in time
 */
export async function linkToTables(home: string, options: EmbeddedOptions): Promise<EmbeddedLink> {
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

async function hostOrJoin(home: string, options: StoreOptions): Promise<EmbeddedLink> {
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
  const { endpoint, accessKeyId, secretAccessKey } = discovery;
  const keys = { accessKeyId, secretAccessKey };
  return { keys, endpoint, store: undefined, close: () => Promise.resolve() };
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

function useHost(home: string, host: EmbeddedHost): EmbeddedLink {
  let closed = false;
  host.addUser();
  return {
    keys: host.keys,
    endpoint: host.endpoint,
    store: host.store,
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
