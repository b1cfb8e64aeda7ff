/** A decimal number as its significant digits: value = digits × 10^exponent, without zeros at either end. */
export interface Decimal {
  readonly negative: boolean;
  /** Empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** Reads what DynamoDB or JavaScript writes for a number; `undefined` for NaN, infinities and other text. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  if (whole + fraction === '') return undefined;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { negative: false, digits: '', exponent: 0 };
  return {
    negative: sign === '-',
    digits,
    exponent: Number(power) - fraction.length + (all.length - digits.length),
  };
}

/** The same text for every way to write the same number: `1.50`, `15e-1` and `1.5` are one. */
export function canonicalNumber(text: string): string {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return text;
  return `${decimal.negative ? '-' : ''}${decimal.digits}e${String(decimal.exponent)}`;
}

/** Integers beyond 2^53 as bigint, so that no digit is lost; everything else as number. */
export function nativeNumber(text: string): number | bigint {
  const decimal = parseDecimal(text);
  const value = Number(text);
  if (decimal === undefined || decimal.exponent < 0 || Number.isSafeInteger(value)) return value;
  return BigInt(`${decimal.negative ? '-' : ''}${decimal.digits}${'0'.repeat(decimal.exponent)}`);
}
