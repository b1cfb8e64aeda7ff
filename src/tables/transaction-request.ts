import dynaliteDb, { type Item, type Store } from 'dynalite/db/index.js';
import { dynaliteOperation, validRequest } from './dynalite-operations.ts';

/** One step of a transaction, its condition parsed. */
export interface TransactionAction {
  readonly kind: 'Put' | 'Delete' | 'ConditionCheck';
  readonly request: { readonly TableName: string };
  readonly isConditional: boolean;
  /** The whole item of a Put, the key of the others. */
  readonly item: Item;
}

export interface TransactionRequest {
  readonly actions: readonly TransactionAction[];
  readonly token: string | undefined;
}

/** DynamoDB's limits for one transaction. */
const MAX_ACTIONS = 100;
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_TOKEN = 36;

/** Which of dynalite's operations knows how to read an action. */
const READ_AS = { Put: 'PutItem', Delete: 'DeleteItem', ConditionCheck: 'DeleteItem' } as const;

/** Reads the body of `TransactWriteItems`; throws what DynamoDB answers to a wrong one. */
export function readTransaction(body: unknown, store: Store): TransactionRequest {
  const { TransactItems: items, ClientRequestToken: token } = asRecord(body);
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_ACTIONS) {
    throw wrong(`TransactItems must hold 1 to ${String(MAX_ACTIONS)} actions`);
  }
  if (token !== undefined && (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN)) {
    throw wrong(`ClientRequestToken must have 1 to ${String(MAX_TOKEN)} characters`);
  }
  const actions = items.map((item) => readAction(asRecord(item), store));
  const bytes = actions.reduce((sum, { item }) => sum + dynaliteDb.itemSize(item), 0);
  if (bytes > MAX_BYTES) {
    throw wrong(`The items of a transaction must not exceed ${String(MAX_BYTES)} bytes together`);
  }
  return { actions, token };
}

function readAction(named: Readonly<Record<string, unknown>>, store: Store): TransactionAction {
  const [kind, ...others] = Object.keys(named);
  if (others.length > 0 || (kind !== 'Put' && kind !== 'Delete' && kind !== 'ConditionCheck')) {
    throw wrong('Each of TransactItems must be one Put, Delete or ConditionCheck; others are not known here');
  }
  const request = validRequest(dynaliteOperation(READ_AS[kind]), asRecord(named[kind]), store) as {
    readonly TableName: string;
    readonly Item?: Item;
    readonly Key?: Item;
    readonly ConditionExpression?: string;
    readonly Expected?: unknown;
  };
  if (kind === 'ConditionCheck' && request.ConditionExpression === undefined) {
    throw wrong('A ConditionCheck must have a ConditionExpression');
  }
  const isConditional = request.ConditionExpression !== undefined || request.Expected !== undefined;
  return { kind, request, isConditional, item: request.Item ?? request.Key ?? {} };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong('A structure was expected');
  }
  return value as Readonly<Record<string, unknown>>;
}

const wrong = (message: string): Error => dynaliteDb.validationError(message);
