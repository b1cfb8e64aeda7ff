import { HitparadeError, type FailureDetails } from '../errors.ts';

/** A table exists, but its keys are not the ones that hitparade writes. */
export class TableMismatchError extends HitparadeError {
  readonly kind = 'usage';
  readonly table: string;

  constructor(table: string, found: string, required: string) {
    super(`The table ${table} exists with the keys ${found}; hitparade needs ${required}.`, {
      hint: 'Choose names of your own with --table-prefix, or move the other table out of the way.',
    });
    this.table = table;
  }
}

/** Where the tables are, which credentials open them, or which region they are in is set up wrongly. */
export class TablesConfigError extends HitparadeError {
  readonly kind = 'usage';
}

/** `throttled`: DynamoDB answers but wants less; `unreachable`: no usable answer came. */
export type Unavailability = 'throttled' | 'unreachable';

/** The tables cannot be used now; the same command may work later. */
export class TablesUnavailableError extends HitparadeError {
  readonly kind = 'temporary';
  readonly reason: Unavailability;

  constructor(message: string, reason: Unavailability, details: FailureDetails) {
    super(message, details);
    this.reason = reason;
  }
}

/** The caller's items contradict each other: writing them would leave a chart that depends on chance. */
export class InvalidItemsError extends HitparadeError {
  readonly kind = 'unexpected';
}
