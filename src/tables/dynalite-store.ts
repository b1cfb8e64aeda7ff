import { createRequire } from 'node:module';
import dynaliteDb, { type Store } from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';

/** What DynamoDB's HTTP interface answers. */
export interface StoreAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface StoreOptions {
  /** How long a new table stays CREATING, in milliseconds. Default 0; tests set more. */
  readonly createTableMs?: number;
}

type Action = (store: Store, data: unknown, done: (error: unknown, answer: unknown) => void) => void;
interface Operation {
  readonly run: Action;
  readonly types: unknown;
  readonly custom: unknown;
}

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

  private constructor(store: Store) {
    this.#store = store;
  }

  /** `undefined` if another process has the directory open. */
  static async open(
    path: string,
    { createTableMs = 0 }: StoreOptions = {},
  ): Promise<DynaliteStore | undefined> {
    const store = dynaliteDb.create({ path, createTableMs, deleteTableMs: 0, updateTableMs: 0 });
    try {
      await store.db.open();
    } catch (error) {
      if (isLocked(error)) return undefined;
      throw error;
    }
    const opened = new DynaliteStore(store);
    await opened.#settleTables();
    return opened;
  }

  /** Never rejects for what a client sent: a wrong request is an answer too. */
  async execute(operation: string, body: string): Promise<StoreAnswer> {
    if (!OPERATIONS.has(operation)) return { status: 400, body: { __type: UNKNOWN_OPERATION } };
    try {
      return { status: 200, body: await this.#run(loadOperation(operation), JSON.parse(body)) };
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

  #run({ run, types, custom }: Operation, request: unknown): Promise<unknown> {
    const data = validations.checkTypes(request, types);
    validations.checkValidations(data, types, custom, this.#store);
    return new Promise((resolve, reject) => {
      run(this.#store, data, (error, answer) => {
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

const load = createRequire(import.meta.url);
const operations = new Map<string, Operation>();

function loadOperation(name: string): Operation {
  const known = operations.get(name);
  if (known !== undefined) return known;
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`;
  const { types, custom } = load(`dynalite/validations/${file}`) as Omit<Operation, 'run'>;
  const operation = { run: load(`dynalite/actions/${file}`) as Action, types, custom };
  operations.set(name, operation);
  return operation;
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
