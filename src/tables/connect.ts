import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { directConfig } from './direct-handler.ts';
import { EmbeddedTables } from './embedded.ts';
import { TablesConfigError } from './errors.ts';
import type { Patience, Tables } from './tables.ts';

export interface ConnectOptions {
  /** URL of DynamoDB Local, an emulator or AWS. Undefined: embedded, or what the SDK's own settings say. */
  readonly endpoint?: string;
  /** Default: the SDK's own chain; then `us-east-1` where it means nothing. */
  readonly region?: string;
  /** Put before every table name. */
  readonly tablePrefix: string;
  /** Where the embedded tables are stored; used if there is no `endpoint`. */
  readonly embeddedDirectory?: string;
  /** Default: tries from 50 ms (embedded: 5 ms) to 5 s apart, a minute in all. */
  readonly patience?: Patience;
}

const DEFAULT_PATIENCE: Patience = { retries: 10, firstDelayMs: 50, maxDelayMs: 5_000, totalMs: 60_000 };
/** A table that was just made is there at once. As long in all, in more and shorter steps. */
const EMBEDDED_PATIENCE: Patience = { ...DEFAULT_PATIENCE, retries: 14, firstDelayMs: 5 };
/** For emulators: they take any region, the SDK takes none. */
const ANY_REGION = 'us-east-1';
const REQUEST_TIMEOUT_MS = 5_000;

/** @throws TablesConfigError, TablesUnavailableError */
export async function connectTables(options: ConnectOptions): Promise<Tables> {
  quietNodeVersionNotice();
  if (options.endpoint === undefined && options.embeddedDirectory !== undefined) {
    return connectEmbedded(options, await EmbeddedTables.open(options.embeddedDirectory));
  }
  const config: DynamoDBClientConfig = {
    ...(options.endpoint === undefined ? {} : { endpoint: checkedEndpoint(options.endpoint) }),
    ...(options.region === undefined ? {} : { region: options.region }),
  };
  let client = newClient(config);
  let region = await resolvedRegion(client);
  if (region === undefined && options.endpoint !== undefined) {
    client.destroy();
    region = ANY_REGION;
    client = newClient({ ...config, region });
  }
  if (region === undefined) {
    client.destroy();
    throw new TablesConfigError('No AWS region is set, and DynamoDB has one set of tables in each.', {
      hint: 'Set --region, AWS_REGION, or a region in the AWS profile.',
    });
  }
  const named = region;
  return {
    ...common(options),
    client,
    location: `DynamoDB at ${options.endpoint ?? region}`,
    embedded: undefined,
    region: () => Promise.resolve(named),
    close() {
      client.destroy();
      return Promise.resolve();
    },
  };
}

/** The client follows the tables when another process hosts them. */
function connectEmbedded(options: ConnectOptions, embedded: EmbeddedTables): Tables {
  const region = options.region ?? ANY_REGION;
  const open = () => {
    const { endpoint, accessKeyId, secretAccessKey, store } = embedded;
    const credentials = { accessKeyId, secretAccessKey };
    const direct = store === undefined ? {} : directConfig(store, REQUEST_TIMEOUT_MS);
    // `attempt` repeats, and looks first whether another process hosts them now.
    const client = newClient({ endpoint, region, credentials, maxAttempts: 1, ...direct });
    return { endpoint, accessKeyId, client };
  };
  let current = open();
  return {
    ...common({ patience: EMBEDDED_PATIENCE, ...options }),
    get client() {
      if (current.endpoint !== embedded.endpoint || current.accessKeyId !== embedded.accessKeyId) {
        current.client.destroy();
        current = open();
      }
      return current.client;
    },
    get location() {
      return `embedded tables at ${embedded.endpoint}`;
    },
    embedded,
    reconnect: () => embedded.reconnect(),
    region: () => Promise.resolve(region),
    async close() {
      current.client.destroy();
      await embedded.close();
    },
  };
}

function common({
  tablePrefix,
  patience = DEFAULT_PATIENCE,
}: ConnectOptions): Pick<Tables, 'patience' | 'nameOf'> {
  return { patience, nameOf: ({ name }) => `${tablePrefix}${name}` };
}

/** Retries and time limits are pinned: the SDK's defaults change, and by default it waits without end. */
function newClient(config: DynamoDBClientConfig): DynamoDBClient {
  const client = new DynamoDBClient({
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...config,
    retryMode: 'standard',
  });
  // It prepares every request and answer for a log that nobody keeps: a third of the time of a read.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** The SDK's errors about regions have no class of their own. */
async function resolvedRegion(client: DynamoDBClient): Promise<string | undefined> {
  try {
    return await client.config.region();
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    // An empty AWS_REGION is how shells and containers leave it unset.
    if (message === 'Region is missing' || message.includes('region=""')) return undefined;
    if (!message.startsWith('Region not accepted')) throw error;
    throw new TablesConfigError(message, {
      hint: 'Write the region like eu-central-1, in --region, AWS_REGION or the AWS profile.',
      cause: error,
    });
  }
}

function checkedEndpoint(endpoint: string): string {
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return endpoint;
  throw new TablesConfigError(`The DynamoDB endpoint ${endpoint} is not an http or https URL.`, {
    hint: 'Write it like http://127.0.0.1:8000.',
  });
}

/**
 * On Node 20 the SDK announces in every process that its versions of 2027 will need Node 22. That concerns
 * who maintains hitparade, not who runs it. This is the SDK's own switch, and silences nothing else.
 */
function quietNodeVersionNotice(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
