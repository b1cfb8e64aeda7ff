/** FNV-1a over UTF-16 units, started from `basis`: spreads a short key over 32 bits. */
function hash(key: string, basis: number): number {
  let value = basis;
  for (let index = 0; index < key.length; index++) {
    value = Math.imul(value ^ key.charCodeAt(index), 0x01000193);
  }
  return value;
}

/**
 * sfc32: a small, fast generator on 32-bit integers only, so that the same key gives the same numbers in
 * every engine on every machine.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** Each key is its own stream: what one part draws never shifts what another part gets. */
  constructor(...key: readonly (string | number)[]) {
    const text = key.join('/');
    this.a = hash(text, 0x811c9dc5 | 0);
    this.b = hash(text, 0x2f0b4c47);
    this.c = hash(text, 0x6b8d1f3b);
    // Keys that differ in one digit only start close together; the first rounds drive them apart.
    for (let round = 0; round < 16; round++) this.next();
  }

  /** An integer from 0 to 2^32 - 1. */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer from 0 to `bound` - 1. `bound` is at most 2^21, which keeps the product exact. */
  below(bound: number): number {
    return Math.floor((this.next() * bound) / 0x1_0000_0000);
  }

  /** True in `share` of 1,000 draws. */
  perMille(share: number): boolean {
    return this.below(1000) < share;
  }

  /** One of `values`, which must not be empty. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
}
