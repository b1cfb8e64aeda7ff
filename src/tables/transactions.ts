import { createHash } from 'node:crypto';
import dynaliteDb, { type Change, type Store, type Table } from 'dynalite/db/index.js';
import { InvariantError } from '../errors.ts';
import { TransactionTokens } from './transaction-tokens.ts';
import { readTransaction, type TransactionAction } from './transaction-request.ts';

/** An action with the place of its item in LevelDB. */
interface Target extends TransactionAction {
  /** As dynalite's own operations lock it. */
  readonly lockKey: string;
  readonly storeKey: string;
}

interface Reason {
  readonly Code: string;
  readonly Message?: string;
}

/** An answer that is a refusal; dynalite's own have the same form. */
class Refused extends Error {
  readonly statusCode = 400;
  readonly body: object;

  constructor(type: string, message: string, details: object = {}) {
    super(message);
    this.body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, ...details };
  }
}

/**
 * DynamoDB's `TransactWriteItems` over dynalite's store, which has none. Its writes are one batch of LevelDB,
 * and all its keys are locked against dynalite's own operations while conditions are looked at. Tables with
 * secondary indexes and the action Update are refused: nobody here needs them.
 */
export class Transactions {
  readonly #store: Store;
  readonly #tokens: TransactionTokens;

  private constructor(store: Store, tokens: TransactionTokens) {
    this.#store = store;
    this.#tokens = tokens;
  }

  /** @param now milliseconds since 1970 */
  static async open(store: Store, now: () => number): Promise<Transactions> {
    return new Transactions(store, await TransactionTokens.open(store, now));
  }

  /** Throws what DynamoDB answers to a transaction that it does not make. */
  async write(body: unknown): Promise<object> {
    // Before it is read, which puts numbers into their canonical form.
    const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const { actions, token } = readTransaction(body, this.#store);
    if (token === undefined) return this.#commit(actions, () => []);
    if (!this.#tokens.start(token)) {
      throw new Refused('TransactionInProgressException', 'The transaction with this token is in progress.');
    }
    try {
      const done = await this.#tokens.digestOf(token);
      if (done === digest) return {};
      if (done !== undefined) {
        throw new Refused(
          'IdempotentParameterMismatchException',
          'This token was used for another transaction.',
        );
      }
      return await this.#commit(actions, () => this.#tokens.remember(token, digest));
    } finally {
      this.#tokens.end(token);
    }
  }

  async #commit(actions: readonly TransactionAction[], together: () => readonly Change[]): Promise<object> {
    const tables = await this.#tablesOf(actions);
    const targets = actions.map((action) => locate(action, tables));
    if (new Set(targets.map(({ storeKey }) => storeKey)).size < targets.length) {
      throw dynaliteDb.validationError('Transaction request cannot include multiple operations on one item');
    }
    const release = await this.#lock(targets);
    try {
      const reasons = await this.#check(targets);
      if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
      await this.#store.db.batch([...targets.flatMap(changeOf), ...together()]);
      return {};
    } finally {
      release();
    }
  }

  /** Each table once: a transaction has a hundred actions, and mostly on one table. */
  async #tablesOf(actions: readonly TransactionAction[]): Promise<ReadonlyMap<string, Table>> {
    const names = new Set(actions.map(({ request }) => request.TableName));
    const read = async (name: string): Promise<readonly [string, Table]> => [name, await this.#table(name)];
    return new Map(await Promise.all(Array.from(names, read)));
  }

  #table(name: string): Promise<Table> {
    return new Promise((resolve, reject) => {
      this.#store.getTable(name, (error, table) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as dynalite made it
        if (error) reject(error);
        else resolve(table);
      });
    });
  }

  /** One after the other in one order, so that no two transactions wait for each other. */
  async #lock(targets: readonly Target[]): Promise<() => void> {
    const releases: (() => () => void)[] = [];
    for (const { request, lockKey } of targets.toSorted((a, b) => (a.storeKey < b.storeKey ? -1 : 1))) {
      const items = this.#store.getItemDb(request.TableName);
      releases.push(
        await new Promise<() => () => void>((resolve) => {
          items.lock(lockKey, resolve);
        }),
      );
    }
    return () => {
      for (const release of releases) release()();
    };
  }

  /** Items are read only where a condition is to be looked at. */
  async #check(targets: readonly Target[]): Promise<readonly Reason[]> {
    const keys = targets.filter(({ isConditional }) => isConditional).map(({ storeKey }) => storeKey);
    const items = await this.#store.db.getMany(keys);
    const found = new Map(keys.map((key, index) => [key, items[index]]));
    return targets.map(({ request, storeKey }) => {
      const failed = dynaliteDb.checkConditional(request, found.get(storeKey));
      return failed ? { Code: 'ConditionalCheckFailed', Message: failed.message } : { Code: 'None' };
    });
  }
}

/** @throws what DynamoDB answers if the table cannot hold the item, or has no such key */
function locate(action: TransactionAction, tables: ReadonlyMap<string, Table>): Target {
  const { kind, request, item } = action;
  const table = tables.get(request.TableName);
  if (table === undefined) throw new InvariantError(`the table ${request.TableName} was not looked up`);
  if (table.GlobalSecondaryIndexes !== undefined || table.LocalSecondaryIndexes !== undefined) {
    throw dynaliteDb.validationError('Transactions are not known here for tables with secondary indexes');
  }
  const wrong = kind === 'Put' ? dynaliteDb.validateItem(item, table) : dynaliteDb.validateKey(item, table);
  if (wrong) throw wrong;
  const lockKey = dynaliteDb.createKey(item, table);
  return { ...action, lockKey, storeKey: `item-${request.TableName}~${lockKey}` };
}

function changeOf({ kind, item, storeKey: key }: Target): Change[] {
  if (kind === 'ConditionCheck') return [];
  return [kind === 'Put' ? { type: 'put', key, value: item } : { type: 'del', key }];
}

function cancelled(reasons: readonly Reason[]): Refused {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new Refused('TransactionCanceledException', message, { CancellationReasons: reasons });
}
