import { createRequire } from 'node:module';
import type { Store } from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';

type Action = (store: Store, data: object, done: (error: unknown, answer: unknown) => void) => void;

interface Operation {
  readonly run: Action;
  readonly types: unknown;
  readonly custom: unknown;
}

const load = createRequire(import.meta.url);
const operations = new Map<string, Operation>();

/** One of dynalite's own operations, for example `PutItem`; its code is loaded at the first use. */
export function dynaliteOperation(name: string): Operation {
  const known = operations.get(name);
  if (known !== undefined) return known;
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`;
  const { types, custom } = load(`dynalite/validations/${file}`) as Omit<Operation, 'run'>;
  const operation = { run: load(`dynalite/actions/${file}`) as Action, types, custom };
  operations.set(name, operation);
  return operation;
}

/** What an operation works on, expressions parsed; throws what DynamoDB answers to a wrong request. */
export function validRequest({ types, custom }: Operation, request: unknown, store: Store): object {
  const data = validations.checkTypes(request, types);
  validations.checkValidations(data, types, custom, store);
  return data;
}
