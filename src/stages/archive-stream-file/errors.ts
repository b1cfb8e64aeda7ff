import { HitparadeError } from '../../errors.ts';

/** The archived copy is not what was received: the source is kept. */
export class ArchiveMismatchError extends HitparadeError {
  readonly kind = 'unexpected';

  constructor(key: string, expected: string, found: string) {
    super(`the copy at ${key} has the hash ${found}, but ${expected} was received. The source was kept.`, {
      hint: `Something else wrote to ${key}. Move that object away and run again.`,
    });
  }
}
