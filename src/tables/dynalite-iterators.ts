import type { Store } from 'dynalite/db/index.js';

/**
 * dynalite reads ranges as streams, and at the end of one it calls `return` of the iterator below it, which
 * LevelDB's iterators do not have: theirs is `close`. Without it each query would leave a snapshot of the
 * database behind, for which LevelDB keeps every version of every item.
 */
export function closeIteratorsWithStreams({ db }: Store): void {
  for (const name of ['keys', 'values'] as const) {
    const make = db[name].bind(db);
    db[name] = (range) => {
      const iterator = make(range);
      return Object.assign(iterator, { return: () => iterator.close() });
    };
  }
}
