import { WRONG_HEADER } from '../../cli-e2e/support/lakes.ts';
import { CATALOGUE, type Files, plays } from './scenario.ts';

const DATES = ['2024-06-21', '2024-06-22', '2024-06-23', '2024-06-24', '2024-06-25'];

/** Small play files on a few dates: every tenth repeats an earlier one, every twentieth is refused, some rows are bad. */
export function manyFiles(count: number, random: () => number): Files {
  const files: Record<string, string> = { ...CATALOGUE };
  const earlier: string[] = [];
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let number = 0; number < count; number++) {
    const key = `streams/${String(number).padStart(5, '0')}.csv`;
    const repeated = earlier[below(earlier.length)];
    if (number % 20 === 19) files[key] = `${WRONG_HEADER}u${number},t1,2024-06-25 10:00:00\n`;
    else if (number % 10 === 9 && repeated !== undefined) files[key] = repeated;
    else {
      const rows = Array.from({ length: 1 + below(5) }, () => {
        const user = below(20) === 0 ? '' : `u${1 + below(3)}`;
        const time = `${DATES[below(DATES.length)] ?? ''} 10:${10 + below(50)}:${10 + below(50)}`;
        return `${user},t${1 + below(3)},${time}`;
      });
      const text = plays(...rows);
      earlier.push(text);
      files[key] = text;
    }
  }
  return files;
}
