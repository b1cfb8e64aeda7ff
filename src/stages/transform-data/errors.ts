import { HitparadeError } from '../../errors.ts';

/** What the log names of a date is not in the lake: the date is left as it is. */
export class DamagedPartsError extends HitparadeError {
  readonly kind = 'unexpected';
  readonly date: string;

  constructor(date: string, keys: readonly string[], hint: string) {
    const [first = '', ...others] = keys;
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    super(`${date} is not computed: ${first}${more} is missing or is not what the log says.`, { hint });
    this.date = date;
  }
}
