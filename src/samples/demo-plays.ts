import { PLAYS_HEADER, PlayWriter, playChunks } from './play-chunks.ts';
import { trackSampler } from './popularity.ts';
import type { Service } from './service.ts';
import { split } from './split.ts';

/** How the demo's plays spread over its four days, the late file's two halves and the rejected file. */
const WEIGHTS = [20, 22, 21, 24, 4, 3, 6];

/** The play files of the demo; each call makes its file's bytes anew, and the same. */
export interface DemoPlays {
  day(day: number): Iterable<Uint8Array>;
  /** New plays of the first day, and plays that the first day's file delivered already. */
  late(): Iterable<Uint8Array>;
  wrongHeader(): Iterable<Uint8Array>;
}

export function demoPlays(service: Service, plays: number): DemoPlays {
  const rows = split(plays, WEIGHTS);
  const rates = { badRate: 0.02, repeatRate: 0.003 };

  const chunks = (day: number, file: number, share: number): Iterable<Uint8Array> => {
    const sampler = trackSampler(service, day);
    return playChunks(new PlayWriter({ service, sampler, day, file, rows: rows[share] ?? 0, ...rates }));
  };

  return {
    *day(day) {
      yield Buffer.from(PLAYS_HEADER);
      yield* chunks(day, 0, day);
    },
    *late() {
      yield Buffer.from(PLAYS_HEADER);
      yield* chunks(0, 1, 4);
      // Fewer rows of the same file are its first ones: exactly what was delivered before.
      yield* chunks(0, 0, 5);
    },
    *wrongHeader() {
      yield Buffer.from(PLAYS_HEADER.replace('user_id', 'User_ID'));
      yield* chunks(4, 0, 6);
    },
  };
}
