import type { Random } from './random.ts';
import { ADJECTIVES, ENDINGS, FIRST_NAMES, FOREIGN_TITLES, LAST_NAMES, NOUNS } from './words.ts';

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const adjective = (random: Random): string => capital(random.pick(ADJECTIVES));
const noun = (random: Random): string => capital(random.pick(NOUNS));

function plainTitle(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return noun(random);
    case 1:
      return `${noun(random)} in the ${noun(random)}`;
    case 2:
      return `The ${adjective(random)} ${noun(random)}`;
    case 3:
      return `${noun(random)}, ${noun(random)}`;
    default:
      return `${adjective(random)} ${noun(random)}`;
  }
}

export function trackTitle(random: Random): string {
  if (random.perMille(60)) return random.pick(FOREIGN_TITLES);
  const title = plainTitle(random);
  return random.perMille(120) ? title + random.pick(ENDINGS) : title;
}

function artist(random: Random): string {
  switch (random.below(8)) {
    case 0:
      return `The ${adjective(random)} ${noun(random)}s`;
    case 1:
      return `${noun(random)} & the ${noun(random)}s`;
    case 2:
      return `DJ ${noun(random)}`;
    case 3:
      return `${random.pick(FIRST_NAMES)} "${adjective(random)}" ${random.pick(LAST_NAMES)}`;
    case 4:
      return `${adjective(random)} ${noun(random)}`;
    default:
      return `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  }
}

/** One artist, or two or three separated by `;` as the public catalogue does. */
export function artists(random: Random): string {
  let names = artist(random);
  while (random.perMille(150)) names += `;${artist(random)}`;
  return names;
}

/** A single carries its track's title, an album its own. */
export function albumName(random: Random, title: string): string {
  if (random.perMille(350)) return title;
  const name = plainTitle(random);
  return random.perMille(150) ? `${name}, Vol. ${random.below(9) + 1}` : name;
}
