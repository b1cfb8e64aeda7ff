import type { Random } from './random.ts';

/**
 * Walker's alias method: draws an index in proportion to whole weights, in constant time however many
 * there are.
 */
export class AliasTable {
  private readonly size: number;
  /** Up to this, of 2^32, a draw that hits the slot keeps it. */
  private readonly keep: Uint32Array;
  private readonly alias: Uint32Array;

  /** The largest weight times their number must stay below 2^53, and so must their sum. */
  constructor(weights: Float64Array) {
    const size = weights.length;
    this.size = size;
    this.keep = new Uint32Array(size).fill(0xffff_ffff);
    this.alias = Uint32Array.from(weights.keys());
    const sum = weights.reduce((all, weight) => all + weight, 0);
    // What each slot still has to give, where a full slot is `sum`.
    const left = weights.map((weight) => weight * size);
    const small: number[] = [];
    const large: number[] = [];
    for (const [index, amount] of left.entries()) (amount < sum ? small : large).push(index);
    for (let from = large.pop(); from !== undefined; from = large.pop()) {
      const slot = small.pop();
      if (slot === undefined) break;
      const amount = left[slot] ?? 0;
      this.keep[slot] = Math.floor((amount / sum) * 0xffff_ffff);
      this.alias[slot] = from;
      const rest = (left[from] ?? 0) - (sum - amount);
      left[from] = rest;
      (rest < sum ? small : large).push(from);
    }
  }

  draw(random: Random): number {
    const slot = random.below(this.size);
    return random.next() <= (this.keep[slot] ?? 0) ? slot : (this.alias[slot] ?? slot);
  }
}
