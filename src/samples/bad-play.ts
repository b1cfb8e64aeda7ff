import type { Random } from './random.ts';

export interface Play {
  readonly user: string;
  readonly track: string;
  readonly date: string;
  /** `hh:mm:ss` */
  readonly time: string;
}

/** The ways in which play rows are broken in practice. Each gives one row without its line end. */
const BREAKAGES: readonly [(play: Play) => string, ...((play: Play) => string)[]] = [
  function missingUser({ track, date, time }) {
    return `,${track},${date} ${time}`;
  },
  function missingTrack({ user, date, time }) {
    return `${user},,${date} ${time}`;
  },
  function impossibleTime({ user, track, date, time }) {
    return `${user},${track},${date} ${time.replace(/^../, '27')}`;
  },
  function impossibleDate({ user, track, date, time }) {
    return `${user},${track},${date.slice(0, 4)}-02-31 ${time}`;
  },
  function noTime({ user, track }) {
    return `${user},${track},n/a`;
  },
  function columnTooMany({ user, track, date, time }) {
    return `${user},${track},${date},${time}`;
  },
  function columnTooFew({ user, track }) {
    return `${user},${track}`;
  },
  function farFuture({ user, track, date, time }) {
    return `${user},${track},${Number(date.slice(0, 4)) + 75}${date.slice(4)} ${time}`;
  },
];

export const badPlay = (random: Random, play: Play): string => random.pick(BREAKAGES)(play);
