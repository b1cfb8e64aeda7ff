import { HitparadeError } from '../../errors.ts';

/** The tables were filled from another lake, or this lake has lost entries of its log. */
export class ForeignTablesError extends HitparadeError {
  readonly kind = 'usage';

  constructor(date: string, version: number, head: number) {
    super(
      `the tables hold ${date} as of log entry ${version}, but this lake's log ends at entry ${head}: ` +
        'they were filled from another lake.',
      {
        hint:
          'Give each lake tables of its own with --table-prefix, or delete these tables if their lake is gone; ' +
          'they are made again from the log.',
      },
    );
  }
}
