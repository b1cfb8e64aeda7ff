import { HitparadeError } from '../../errors.ts';

/** Another runner changed what the log says of a file while this one worked on it. */
export class ContendedError extends HitparadeError {
  readonly kind = 'temporary';

  constructor(filename: string) {
    super(`${filename}: another run took or replaced this file at the same moment.`, {
      hint: 'Nothing was changed by this one. Run again.',
    });
  }
}
