import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LakeReplacedError } from './errors.ts';
import { lstatIfPresent } from './local-files.ts';
import { LOG } from './zones.ts';

/** The directory of a lake, as it was when the lake was opened. */
export class LocalRoot {
  readonly path: string;
  #identity: string;
  #hadLog: boolean;

  private constructor(path: string, identity: string, hadLog: boolean) {
    this.path = path;
    this.#identity = identity;
    this.#hadLog = hadLog;
  }

  static of(path: string): LocalRoot {
    return new LocalRoot(path, identityOf(path), hasLog(path));
  }

  /**
   * To be asked when a folder was made in the root. Nothing is begun in what stands where a lake was, such as
   * the empty directory under a disk that was unmounted. The same disk mounted again has its log.
   * @throws LakeReplacedError, and then the folder is gone again
   */
  async assertStillThere(made: string): Promise<void> {
    const identity = identityOf(this.path);
    const madeLog = join(made, '/') === join(this.path, LOG);
    if (identity !== this.#identity && this.#hadLog && (madeLog || !hasLog(this.path))) {
      await rmdir(made);
      throw new LakeReplacedError(this.path);
    }
    this.#identity = identity;
    this.#hadLog ||= madeLog;
  }
}

function identityOf(path: string): string {
  const stat = lstatIfPresent(path);
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}`;
}

const hasLog = (root: string): boolean => lstatIfPresent(join(root, LOG))?.isDirectory() === true;
