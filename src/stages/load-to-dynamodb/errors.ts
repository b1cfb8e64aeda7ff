import { HitparadeError } from '../../errors.ts';

/** Two lakes on the same tables would overwrite each other's charts. */
export class ForeignTablesError extends HitparadeError {
  readonly kind = 'usage';

  constructor(date: string) {
    super(
      `the tables hold charts of another lake (for example of ${date}); this lake would overwrite them.`,
      {
        hint:
          'Give this lake tables of its own with --table-prefix, or point --dynamodb-endpoint (or ' +
          'AWS_ENDPOINT_URL_DYNAMODB, if that is set) at its own. If the other lake is gone, delete its tables.',
      },
    );
  }
}

/** The newest entries of the log are gone: their numbers must not be given again. */
export class LostEntriesError extends HitparadeError {
  readonly kind = 'unexpected';

  constructor(date: string, version: number, head: number) {
    super(
      `the tables hold ${date} as of log entry ${version}, but the log ends at entry ${head}: entries are lost.`,
      {
        hint: 'Restore the missing objects below _log/ from a backup: they are the record of what was accepted.',
      },
    );
  }
}
