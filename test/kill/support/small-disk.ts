import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished, type TestContext } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** What may mount a file system, tried in this order. `npm run test:kill` adds a user namespace of its own. */
const ASKING: readonly (readonly string[])[] = [[], ['sudo', '-n']];
let asking: Promise<readonly string[]> | undefined;

/** A file system in memory with room for a few KiB, so that it is soon full. Files take whole pages of 4 KiB. */
export class SmallDisk {
  readonly #path: string;
  readonly #by: readonly string[];

  private constructor(path: string, by: readonly string[]) {
    this.#path = path;
    this.#by = by;
  }

  /** Mounts it for the running test. Others write there, too, whoever mounts it. */
  static async at(path: string, kib: number, by?: readonly string[]): Promise<SmallDisk> {
    await mkdir(path, { recursive: true });
    const disk = new SmallDisk(path, by ?? (await (asking ??= whoMay())));
    await disk.#system('mount', '-t', 'tmpfs', '-o', `size=${kib}k,mode=1777`, 'tmpfs', path);
    onTestFinished(() => disk.#system('umount', '--lazy', path));
    return disk;
  }

  /** Somebody makes room. */
  async grow(mib: number): Promise<void> {
    // Named in full: else the options of before are repeated, which in a namespace are not all allowed.
    await this.#system('mount', '-o', `remount,size=${mib}m`, 'tmpfs', this.#path);
  }

  async #system(...command: readonly string[]): Promise<void> {
    const [program = '', ...args] = [...this.#by, ...command];
    await promisify(execFile)(program, args);
  }
}

/**
 * Skips the test where nothing can be mounted, and says so.
 * @throws with CI set: there a suite that could not be run must not look as if it had passed
 */
export async function requireSmallDisks(context: TestContext): Promise<void> {
  try {
    await (asking ??= whoMay());
  } catch (error) {
    if ((process.env['CI'] ?? '') !== '' || !(error instanceof Error)) throw error;
    process.stdout.write(`${error.message}\n`);
    context.skip(error.message);
  }
}

async function whoMay(): Promise<readonly string[]> {
  const refusals: string[] = [];
  for (const by of ASKING) {
    try {
      await SmallDisk.at(join(await temporaryDirectory(), 'disk'), 64, by);
      return by;
    } catch (error) {
      refusals.push(error instanceof Error ? error.message.trim() : String(error));
    }
  }
  throw new Error(
    `No disk was filled, because no file system can be mounted here: ${refusals.join('; ')}. ` +
      'Run this as root (in a container: --cap-add SYS_ADMIN), or where users may have namespaces ' +
      '(unshare --user --map-root-user --mount) or sudo without a password.',
  );
}
