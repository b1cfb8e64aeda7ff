import { UsageError } from '../errors.ts';
import type { Dataset } from '../contracts/contract.ts';
import { encodeRows } from './csv-text.ts';
import { demoPlays } from './demo-plays.ts';
import { createService } from './service.ts';
import { songRows } from './song-rows.ts';
import { userRows } from './user-rows.ts';
import { writeWhole } from './whole-file.ts';

export interface DemoFile {
  readonly dataset: Dataset;
  /** To be dropped into the dataset's raw folder under this name. */
  readonly filename: string;
  /** Makes the file at `path`; nobody sees it before it is complete. */
  write(path: string): Promise<void>;
}

/** What arrives together, between two runs of the pipeline. */
export interface DemoDelivery {
  readonly title: string;
  /** What happens and what to look for, in one sentence. */
  readonly story: string;
  readonly files: readonly DemoFile[];
}

export interface DemoOptions {
  /** Rows of all play files together, about. Default 20,000, which takes a second or two. */
  readonly plays?: number | undefined;
  /** Default 1. */
  readonly seed?: number | undefined;
}

const START = '2024-06-24';

function file(dataset: Dataset, filename: string, chunks: () => Iterable<Uint8Array>): DemoFile {
  return {
    dataset,
    filename,
    async write(path) {
      await writeWhole(path, chunks());
    },
  };
}

/**
 * A small service's week as it really arrives: in steps, with broken rows, a file sent twice, a late one, one
 * with the wrong header, and a catalogue that lags behind. Deliver the steps in their order.
 * @throws UsageError if `plays` is less than 100 or not a whole number
 */
export function demoDeliveries(options: DemoOptions = {}): readonly DemoDelivery[] {
  const { plays = 20_000, seed = 1 } = options;
  if (!Number.isSafeInteger(plays) || plays < 100) {
    throw new UsageError(`plays is ${plays}; it must be a whole number of 100 or more`);
  }
  const service = createService({
    seed,
    users: Math.min(1_000_000, Math.max(50, Math.floor(plays / 20))),
    // More than generated data has by default: charts of three need a few tracks in each genre.
    tracks: Math.min(90_000, Math.max(120, Math.floor(plays / 50))),
    start: START,
    unknownPerMille: 20,
  });
  const play = demoPlays(service, plays);
  const users = file('users', 'users.csv', () => encodeRows(userRows(service)));
  const songs = (withUpcoming: boolean): DemoFile =>
    file('songs', 'songs.csv', () => encodeRows(songRows(service, withUpcoming)));
  const streams = (filename: string, chunks: () => Iterable<Uint8Array>): DemoFile =>
    file('streams', filename, chunks);

  return [
    {
      title: 'The first three days',
      story: 'Users, a catalogue and three days of plays arrive, and a few rows in a hundred are broken.',
      files: [
        users,
        songs(false),
        streams('plays-2024-06-24.csv', () => play.day(0)),
        streams('plays-2024-06-25.csv', () => play.day(1)),
        streams('plays-2024-06-26.csv', () => play.day(2)),
      ],
    },
    {
      title: 'A new day, and a file sent twice',
      story:
        'The next day arrives, and the file of June 25 comes once more under another name: it must not count again.',
      files: [
        streams('plays-2024-06-27.csv', () => play.day(3)),
        streams('plays-2024-06-25-resent.csv', () => play.day(1)),
      ],
    },
    {
      title: 'A late file, and one with the wrong header',
      story:
        'Phones that were offline deliver plays of June 24, some of them known already, and a file says User_ID where the contract says user_id.',
      files: [
        streams('late-phones.csv', () => play.late()),
        streams('plays-2024-06-28.csv', () => play.wrongHeader()),
      ],
    },
    {
      title: 'A new catalogue',
      story: 'The catalogue now lists the tracks that it did not know, so their plays count, on every date.',
      files: [songs(true)],
    },
  ];
}
