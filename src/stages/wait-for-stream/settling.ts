import { DATASETS } from '../../contracts/contract.ts';
import type { Lake } from '../../lake/lake.ts';
import type { SourceFile } from '../context.ts';
import { readSidecar } from '../sidecar.ts';
import { allPending, type Pending } from './pending-files.ts';

interface Seen {
  /** Of the file and its sidecar together. */
  readonly version: string;
  readonly sinceMs: number;
  /** What the sidecar says; undefined if it was not asked or says nothing. */
  bytes?: number | undefined;
  asked: boolean;
  /** It was given to a pass, and lies here still. */
  offered: boolean;
  told: boolean;
}

export interface Look {
  /** Settled files that no pass was given yet, in the order of names. */
  readonly fresh: readonly SourceFile[];
  /** Settled files that were given to a pass before: held elsewhere, failed, or an unchanged catalogue. */
  readonly known: readonly SourceFile[];
  /** Keys that nobody takes and that were not there at the last look. */
  readonly strangers: readonly string[];
  /** Settled files that are shorter than their sidecars say, each told once. */
  readonly short: readonly SourceFile[];
}

/**
 * Tells which files of `raw/` have settled: the file and its sidecar stayed as they are for a while, and
 * the file is not shorter than its sidecar says. What it remembers is bounded by what lies in `raw/` now.
 */
export class Settling {
  readonly #settleMs: number;
  #seen = new Map<string, Seen>();
  #strangers: ReadonlySet<string> = new Set();

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** Files and strangers that it remembers. */
  get size(): number {
    return this.#seen.size + this.#strangers.size;
  }

  /** @param nowMs of a clock that never jumps */
  async look(lake: Lake, nowMs: number): Promise<Look> {
    const pending = await allPending(lake);
    const seen = new Map<string, Seen>();
    const [fresh, known, short]: [SourceFile[], SourceFile[], SourceFile[]] = [[], [], []];
    for (const listed of DATASETS.flatMap((dataset) => pending[dataset].files)) {
      const { key, bytes } = listed.object;
      const version = versionOf(listed);
      const before = this.#seen.get(key);
      const now: Seen =
        before?.version === version
          ? before
          : { version, sinceMs: nowMs, asked: false, offered: false, told: false };
      seen.set(key, now);
      if (nowMs - now.sinceMs < this.#settleMs) continue;
      const file: SourceFile = { ...listed, settled: true };
      await ask(lake, file, now);
      if (now.bytes !== undefined && bytes < now.bytes) {
        if (!now.told) short.push(file);
        now.told = true;
      } else if (now.offered) known.push(file);
      else fresh.push(file);
    }
    const keys = DATASETS.flatMap((dataset) => pending[dataset].strangers);
    const strangers = keys.filter((key) => !this.#strangers.has(key));
    this.#seen = seen;
    this.#strangers = new Set(keys);
    return { fresh, known, strangers, short };
  }

  /** These were given to a pass that came to its end: as long as they stay as they are, they start none. */
  offered(files: readonly SourceFile[]): void {
    for (const file of files) {
      const seen = this.#seen.get(file.object.key);
      if (seen?.version === versionOf(file)) seen.offered = true;
    }
  }
}

async function ask(lake: Lake, { sidecar }: SourceFile, seen: Seen): Promise<void> {
  if (sidecar === undefined || seen.asked) return;
  // It may have been taken away since it was listed: then the next look sees another version.
  if ((await lake.head(sidecar.key)) === undefined) return;
  // One that cannot be read rejects its file, which is not for us to do.
  seen.bytes = (await readSidecar(lake, sidecar)).claims?.bytes;
  seen.asked = true;
}

const versionOf = ({ object, sidecar }: SourceFile): string => `${object.version}|${sidecar?.version ?? ''}`;

/** Files by dataset, as a pass takes them. */
export function selection(files: readonly SourceFile[]): Pending {
  const of = (dataset: SourceFile['dataset']): Pending['users'] => ({
    files: files.filter((file) => file.dataset === dataset),
    strangers: [],
  });
  return { users: of('users'), songs: of('songs'), streams: of('streams') };
}
