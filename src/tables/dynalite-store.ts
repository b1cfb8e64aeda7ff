import dynaliteDb, { type Store } from 'dynalite/db/index.js';
import { closeIteratorsWithStreams } from './dynalite-iterators.ts';
import { dynaliteOperation, validRequest } from './dynalite-operations.ts';
import { Transactions } from './transactions.ts';

/** What DynamoDB's HTTP interface answers. */
export interface StoreAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface StoreOptions {
  /** How long a new table stays CREATING, in milliseconds. Default 0; tests set more. */
  readonly createTableMs?: number;
  /** Milliseconds since 1970: how long transactions are known by their tokens. Default the system's clock. */
  readonly now?: () => number;
}

/** Those of dynalite. */
const OPERATIONS = new Set([
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
]);
const UNKNOWN_OPERATION = 'com.amazon.coral.service#UnknownOperationException';

/** DynamoDB's operations over a LevelDB directory that this process has locked. */
export class DynaliteStore {
  readonly #store: Store;
  readonly #transactions: Transactions;

  private constructor(store: Store, transactions: Transactions) {
    this.#store = store;
    this.#transactions = transactions;
  }

  /** `undefined` if another process has the directory open. */
  static async open(
    path: string,
    { createTableMs = 0, now = Date.now }: StoreOptions = {},
  ): Promise<DynaliteStore | undefined> {
    const store = dynaliteDb.create({ path, createTableMs, deleteTableMs: 0, updateTableMs: 0 });
    closeIteratorsWithStreams(store);
    try {
      await store.db.open();
    } catch (error) {
      if (isLocked(error)) return undefined;
      throw error;
    }
    const opened = new DynaliteStore(store, await Transactions.open(store, now));
    await opened.#settleTables();
    return opened;
  }

  /** Never rejects for what a client sent: a wrong request is an answer too. */
  async execute(operation: string, body: string): Promise<StoreAnswer> {
    const isTransaction = operation === 'TransactWriteItems';
    if (!isTransaction && !OPERATIONS.has(operation)) {
      return { status: 400, body: { __type: UNKNOWN_OPERATION } };
    }
    try {
      const request: unknown = JSON.parse(body);
      const answer = isTransaction ? this.#transactions.write(request) : this.#run(operation, request);
      return { status: 200, body: await answer };
    } catch (error) {
      if (error instanceof SyntaxError) {
        return { status: 400, body: { __type: 'com.amazon.coral.service#SerializationException' } };
      }
      if (isClientError(error)) return { status: error.statusCode, body: error.body };
      const message = error instanceof Error ? error.message : String(error);
      return {
        status: 500,
        body: { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message },
      };
    }
  }

  close(): Promise<void> {
    return this.#store.db.close();
  }

  async #run(name: string, request: unknown): Promise<unknown> {
    const operation = dynaliteOperation(name);
    const data = validRequest(operation, request, this.#store);
    return new Promise((resolve, reject) => {
      operation.run(this.#store, data, (error, answer) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as dynalite made it
        if (error) reject(error);
        else resolve(answer);
      });
    });
  }

  /**
   * A process that was killed while a table was being made or deleted leaves it so for ever: the step
   * that follows is only a timer. Nobody else can be at work here, so the step is made up for.
   */
  async #settleTables(): Promise<void> {
    for await (const table of this.#store.db.values({ gte: 'table~', lt: 'table~\u007f' })) {
      if (!isTable(table)) continue;
      if (table.TableStatus === 'CREATING') await this.#put({ ...table, TableStatus: 'ACTIVE' });
      if (table.TableStatus === 'DELETING') {
        await this.execute('DeleteTable', JSON.stringify({ TableName: table.TableName }));
      }
    }
  }

  #put(table: StoredTable): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#store.tableDb.put(table.TableName, table, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }
}

interface StoredTable {
  readonly TableName: string;
  readonly TableStatus: string;
}

function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === 'LEVEL_LOCKED') return true;
  return isLocked(error.cause);
}

function isClientError(error: unknown): error is { readonly statusCode: number; readonly body: unknown } {
  return typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error;
}

function isTable(value: unknown): value is StoredTable {
  return typeof value === 'object' && value !== null && 'TableName' in value && 'TableStatus' in value;
}
