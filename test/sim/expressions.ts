import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Attributes | undefined;
}

/** The subset of DynamoDB's expressions that the tables use; anything else is an error, not a guess. */
class Parser {
  readonly #tokens: readonly string[];
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Attributes;
  #at = 0;

  constructor(expression: string, { ExpressionAttributeNames, ExpressionAttributeValues }: Placeholders) {
    this.#tokens = tokensOf(expression);
    this.#names = ExpressionAttributeNames ?? {};
    this.#values = ExpressionAttributeValues ?? {};
  }

  peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  next(): string {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  take(token: string): boolean {
    if (this.peek().toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw new SyntaxError(`expected ${token} before '${this.peek()}'`);
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw new SyntaxError(`unexpected '${this.peek()}'`);
  }

  name(): string {
    const token = this.next();
    if (!token.startsWith('#')) return token;
    const name = this.#names[token];
    if (name === undefined) throw new SyntaxError(`${token} is not defined`);
    return name;
  }

  operand(item: Attributes): AttributeValue | undefined {
    if (!this.peek().startsWith(':')) return item[this.name()];
    const token = this.next();
    const value = this.#values[token];
    if (value === undefined) throw new SyntaxError(`${token} is not defined`);
    return value;
  }

  either(item: Attributes): boolean {
    let result = this.#both(item);
    while (this.take('OR')) result = this.#both(item) || result;
    return result;
  }

  #both(item: Attributes): boolean {
    let result = this.#not(item);
    while (this.take('AND')) result = this.#not(item) && result;
    return result;
  }

  #not(item: Attributes): boolean {
    if (this.take('NOT')) return !this.#not(item);
    if (this.take('(')) {
      const result = this.either(item);
      this.expect(')');
      return result;
    }
    for (const wanted of [true, false]) {
      if (!this.take(wanted ? 'ATTRIBUTE_EXISTS' : 'ATTRIBUTE_NOT_EXISTS')) continue;
      this.expect('(');
      const present = item[this.name()] !== undefined;
      this.expect(')');
      return present === wanted;
    }
    if (this.take('ATTRIBUTE_TYPE')) {
      this.expect('(');
      const value = item[this.name()];
      this.expect(',');
      const type = this.operand(item)?.S ?? '';
      this.expect(')');
      return value !== undefined && type in value;
    }
    const left = this.operand(item);
    const operator = this.next();
    return compare(left, operator, this.operand(item));
  }
}

const splits = new Map<string, readonly string[]>();

function tokensOf(expression: string): readonly string[] {
  let tokens = splits.get(expression);
  if (tokens === undefined) {
    tokens = expression.match(/[#:]?[A-Za-z0-9_]+|<>|<=|>=|[=<>(),]/g) ?? [];
    splits.set(expression, tokens);
  }
  return tokens;
}

function compare(
  left: AttributeValue | undefined,
  operator: string,
  right: AttributeValue | undefined,
): boolean {
  if (left === undefined || right === undefined) return operator === '<>' && left !== right;
  const order = orderOf(left, right);
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order !== undefined && order < 0;
    case '<=':
      return order !== undefined && order <= 0;
    case '>':
      return order !== undefined && order > 0;
    case '>=':
      return order !== undefined && order >= 0;
    default:
      throw new SyntaxError(`unknown operator '${operator}'`);
  }
}

/** undefined if the two are of different types. */
export function orderOf(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.S !== undefined && right.S !== undefined)
    return left.S === right.S ? 0 : Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  if (left.N !== undefined && right.N !== undefined) return Number(left.N) - Number(right.N);
  if (left.BOOL !== undefined && right.BOOL !== undefined) return Number(left.BOOL) - Number(right.BOOL);
  return JSON.stringify(left) === JSON.stringify(right) ? 0 : undefined;
}

export function holds(
  expression: string | undefined,
  placeholders: Placeholders,
  item: Attributes | undefined,
): boolean {
  if (expression === undefined) return true;
  const parser = new Parser(expression, placeholders);
  const result = parser.either(item ?? {});
  parser.end();
  return result;
}

/** `SET a = b, c = if_not_exists(c, :d) REMOVE e, f`. */
export function updated(expression: string, placeholders: Placeholders, item: Attributes): Attributes {
  const parser = new Parser(expression, placeholders);
  const result: Record<string, AttributeValue> = { ...item };
  while (parser.peek() !== '') {
    const clause = parser.next().toUpperCase();
    do {
      const name = parser.name();
      if (clause === 'REMOVE') {
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an attribute that is gone is no key
        delete result[name];
        continue;
      }
      if (clause !== 'SET') throw new SyntaxError(`unknown clause ${clause}`);
      parser.expect('=');
      const value = assigned(parser, item);
      if (value === undefined) throw new SyntaxError(`no value for ${name}`);
      result[name] = value;
    } while (parser.take(','));
  }
  return result;
}

function assigned(parser: Parser, item: Attributes): AttributeValue | undefined {
  if (!parser.take('IF_NOT_EXISTS')) return parser.operand(item);
  parser.expect('(');
  const present = parser.operand(item);
  parser.expect(',');
  const otherwise = parser.operand(item);
  parser.expect(')');
  return present ?? otherwise;
}
