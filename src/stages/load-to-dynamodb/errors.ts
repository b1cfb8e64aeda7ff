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
