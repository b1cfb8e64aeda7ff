import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from './definition.ts';
import type { EmbeddedTables } from './embedded.ts';

/** How long to go on asking when DynamoDB takes only part of the work. Delays grow and are jittered. */
export interface Patience {
  readonly retries: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Over all tries of one call or wait. */
  readonly totalMs: number;
}

/** An open connection to one set of tables. */
export interface Tables {
  /** Take it anew for every call: it changes with `reconnect`. */
  readonly client: Pick<DynamoDBClient, 'send'>;
  /** For messages: where the tables are. */
  readonly location: string;
  readonly patience: Patience;
  /** Present if the tables live beside the lake instead of on a server of their own. */
  readonly embedded: EmbeddedTables | undefined;
  /**
   * Present where the server can end while its tables live on: finds who serves them now, or serves them.
   * @throws TablesUnavailableError
   */
  reconnect?(): Promise<void>;
  region(): Promise<string>;
  /** The name in DynamoDB, prefix included. */
  nameOf(definition: TableDefinition): string;
  /** Ends all connections; a host of embedded tables also stops to serve them. */
  close(): Promise<void>;
}
