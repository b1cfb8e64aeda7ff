import { dateAfter } from './calendar.ts';
import { field } from './csv-text.ts';
import { Random } from './random.ts';
import type { Service } from './service.ts';
import { COUNTRIES, FIRST_NAMES, LAST_NAMES } from './words.ts';

/** People joined during the four years before the first day of plays. */
const DAYS_OF_GROWTH = 1461;

/** users.csv, header first. User ids are 1, 2, 3 …, in the order in which people play most. */
export function* userRows(service: Service): Generator<string> {
  const random = new Random('users', service.seed);
  const joined = Array.from({ length: DAYS_OF_GROWTH }, (_, day) => dateAfter(service.start, -1 - day));
  yield 'user_id,user_name,user_age,user_country,created_at';
  for (let id = 1; id <= service.users; id++) {
    const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
    // Three dice: most are between 20 and 45, few are very old.
    const age =
      14 + random.below(16) + random.below(22) + Math.floor((random.below(38) * random.below(38)) / 38);
    const country = random.pick(COUNTRIES);
    const created = joined[random.below(DAYS_OF_GROWTH)] ?? service.start;
    yield `${id},${field(name)},${age},${field(country)},${created}`;
  }
}
