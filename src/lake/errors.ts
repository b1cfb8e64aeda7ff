import { HitparadeError } from '../errors.ts';
import type { FailureKind } from '../errors.ts';

/** The base of every error that a lake throws on purpose. */
export abstract class LakeError extends HitparadeError {}

/** A key, prefix or attempt that no lake may hold. Thrown before anything is touched. */
export class InvalidKeyError extends LakeError {
  readonly kind = 'usage';
  readonly key: string;

  constructor(key: string, problem: string) {
    super(`${JSON.stringify(key)} is no key of a lake: ${problem}.`, {
      hint: "Keys are relative, with single '/' between names, without '.', '..' or NUL: raw/streams/monday.csv.",
    });
    this.key = key;
  }
}

export class ObjectMissingError extends LakeError {
  readonly kind = 'unexpected';
  readonly key: string;

  constructor(key: string) {
    super(`The lake holds no object ${JSON.stringify(key)}. Only regular files are objects.`, {
      hint: 'It may have been moved, archived or deleted meanwhile. Run again; files that still lie in raw/ are taken.',
    });
    this.key = key;
  }
}

/** Another directory stands where the lake was, without its log. */
export class LakeReplacedError extends LakeError {
  readonly kind = 'temporary';

  constructor(directory: string) {
    super(`${directory} is not the directory that it was, and holds no log.`, {
      hint: 'Mount the lake, or put it back, and run again; nothing is begun anew in its place.',
    });
  }
}

/** The bytes that were read may be a mix of two versions: throw them away. */
export class ObjectChangedError extends LakeError {
  readonly kind = 'temporary';
  readonly key: string;

  constructor(key: string) {
    super(`${JSON.stringify(key)} changed while it was read.`, {
      hint: 'Wait until its upload has ended, then run again.',
    });
    this.key = key;
  }
}

/** The name of the key, or of one of its folders, belongs to something that is not what it must be. */
export class KeyTakenError extends LakeError {
  readonly kind = 'usage';
  readonly key: string;

  constructor(key: string, needed: 'a regular file' | 'a folder') {
    super(`${JSON.stringify(key)} exists in the lake, but it is not ${needed}.`, {
      hint: 'Move it out of the lake: links, pipes and folders in the place of files are never followed.',
    });
    this.key = key;
  }
}

/** Two tries share one id: their files would overwrite each other. */
export class AttemptTakenError extends LakeError {
  readonly kind = 'unexpected';
  readonly attempt: string;

  constructor(attempt: string) {
    super(`The attempt ${JSON.stringify(attempt)} has a workspace already; each try needs its own id.`, {
      hint: 'Please report this as a bug.',
    });
    this.attempt = attempt;
  }
}

/** The disk, a quota or the largest file size is exhausted. Nothing stands under the final name. */
export class LakeFullError extends LakeError {
  readonly kind = 'temporary';

  constructor(action: string, cause: unknown) {
    super(`No space is left to ${action}.`, { cause, hint: 'Free some space, then run again.' });
  }
}

export class LakeAccessError extends LakeError {
  readonly kind = 'usage';

  constructor(action: string, cause: unknown) {
    super(`Not permitted to ${action}.`, {
      cause,
      hint: 'Give this user the right to read and write the lake, or choose another lake.',
    });
  }
}

/** Without hard links there is no exclusive and durable write. */
export class HardLinksUnsupportedError extends LakeError {
  readonly kind = 'usage';

  constructor(action: string, cause: unknown) {
    super(`Cannot ${action}: the file system has no hard links.`, {
      cause,
      hint: 'Put the lake on a file system with hard links, such as ext4, XFS, Btrfs, APFS or NTFS.',
    });
  }
}

/** Any other failure of the storage. Whether the write took place is unknown: look, never assume. */
export class LakeIoError extends LakeError {
  readonly kind: FailureKind = 'unexpected';

  constructor(action: string, cause: unknown) {
    super(`Failed to ${action}: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
      hint: 'Check the disk or mount that holds the lake, then run again.',
    });
  }
}

/** The commit log is not what was written: a missing, altered or unreadable entry. Nothing is guessed. */
export class LogCorruptError extends LakeError {
  readonly kind = 'unexpected';
}

/** A file that was replaced is there again, not a copy of it: nobody can tell that from never having been replaced. */
export class PutBackError extends LakeError {
  readonly kind = 'usage';

  constructor(key: string) {
    super(`${key} was replaced, and the file that was replaced was put back in its place.`, {
      hint: `\`touch ${key}\` in the lake makes it a new one; then run again.`,
    });
  }
}

/** The checkpoint is never what it was a moment ago, or cannot be replaced. It is a cache, so it may go. */
export class CheckpointStuckError extends LakeError {
  readonly kind = 'temporary';

  constructor(key: string) {
    super(`${key} could not be replaced.`, {
      hint: `Remove ${key}, then run again: it is made anew from the log.`,
    });
  }
}

/** The commit log is of a format that this version of the program does not know. */
export class LogFormatError extends LakeError {
  readonly kind = 'usage';
}
