import type { Lake } from '../lake/lake.ts';
import type { CommitLog } from '../lake/log.ts';
import { logKey } from '../lake/zones.ts';
import { LakeGoneError } from './errors.ts';

/**
 * The log as it was seen last. A lake that is unmounted leaves an empty directory, and a pass there would
 * begin a second log: so nothing is read or written while what was seen is not there.
 */
export class SeenLog {
  #head = 0;
  #identity = '';

  /** Costs one look. @throws LakeGoneError */
  async assertThere(lake: Lake): Promise<void> {
    if (this.#head > 0 && (await lake.head(logKey(this.#head))) === undefined)
      throw new LakeGoneError(lake.url);
  }

  /** @throws LakeGoneError if the log has shrunk or is another lake's */
  assertContinues({ state, identity }: CommitLog, lake: Lake): void {
    const another = this.#identity !== '' && identity !== this.#identity;
    if (state.head < this.#head || another) throw new LakeGoneError(lake.url);
  }

  remember({ state, identity }: CommitLog): void {
    this.#head = state.head;
    this.#identity = identity;
  }
}
