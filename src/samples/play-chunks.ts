import type { AliasTable } from './alias-table.ts';
import { badPlay } from './bad-play.ts';
import { dateAfter } from './calendar.ts';
import { secondOfDay } from './clock.ts';
import { MAX_ROW_BYTES, PlayRowEncoder, viewOf } from './play-row.ts';
import { Random } from './random.ts';
import type { Service } from './service.ts';
import { trackId } from './service.ts';

/** One file's worth of plays of one day. The same order gives the same bytes. */
export interface PlayOrder {
  readonly service: Service;
  readonly sampler: AliasTable;
  /** Days after the service's first. */
  readonly day: number;
  /** Which file of the day; each has its own plays. Fewer `rows` of one file are its first ones. */
  readonly file: number;
  readonly rows: number;
  /** Share of broken rows, 0 to 1. */
  readonly badRate: number;
  /** Share of rows that a client sends a second time at once, 0 to 1. */
  readonly repeatRate: number;
}

export const PLAYS_HEADER = 'user_id,track_id,listen_time\n';

const CHUNK_BYTES = 1 << 19;

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** Writes rows into buffers that the caller brings, without an object or a string for each row. */
export class PlayWriter {
  /** Rows written so far, the broken and repeated ones too. */
  rows = 0;
  badRows = 0;
  /** Rows that repeat the one before, exactly. */
  repeatedRows = 0;
  private readonly order: PlayOrder;
  private readonly date: string;
  private readonly encoder: PlayRowEncoder;
  private readonly random: Random;
  /** Apart from `random`, so that mending or breaking rows leaves all the others as they are. */
  private readonly incidents: Random;
  private readonly breakBelow: number;
  private readonly repeatBelow: number;
  private user = 0;
  private track = 0;
  private second = 0;
  private repeatable = false;

  constructor(order: PlayOrder) {
    const { service, day, file, badRate, repeatRate } = order;
    this.order = order;
    this.date = dateAfter(service.start, day);
    this.encoder = new PlayRowEncoder(service, this.date);
    this.random = new Random('plays', service.seed, day, file);
    this.incidents = new Random('incidents', service.seed, day, file);
    this.breakBelow = Math.floor(badRate * 0x1_0000_0000);
    this.repeatBelow = this.breakBelow + Math.floor(repeatRate * 0x1_0000_0000);
  }

  /** Fills `target` with whole rows until it is full or the order is met; says how many bytes it used. */
  fill(target: Buffer): number {
    const { service, sampler, rows } = this.order;
    const { users } = service;
    const { encoder, random, repeatBelow } = this;
    const lastStart = target.length - MAX_ROW_BYTES;
    const view = viewOf(target);
    let at = 0;
    while (this.rows < rows && at <= lastStart) {
      // The lesser of two draws: some people play a lot more than others.
      const user = 1 + Math.min(random.below(users), random.below(users));
      const track = sampler.draw(random);
      const second = secondOfDay(random.next());
      this.rows++;
      const incident = repeatBelow === 0 ? 0 : this.incidents.next();
      if (incident < this.breakBelow) {
        at += target.write(`${this.broken(user, track, second)}\n`, at, 'latin1');
        this.badRows++;
        this.repeatable = false;
        continue;
      }
      if (incident < repeatBelow && this.repeatable) {
        this.repeatedRows++;
      } else {
        this.user = user;
        this.track = track;
        this.second = second;
        this.repeatable = true;
      }
      at = encoder.put(view, at, this.user, this.track, this.second);
    }
    return at;
  }

  private broken(user: number, track: number, second: number): string {
    const minutes = Math.floor(second / 60);
    return badPlay(this.incidents, {
      user: String(user),
      track: trackId(this.order.service, track),
      date: this.date,
      time: [Math.floor(minutes / 60), minutes % 60, second % 60].map(twoDigits).join(':'),
    });
  }
}

/**
 * The rows of a file, without a header. Each chunk is a buffer of its own, which the caller may keep; where
 * chunks end does not change the bytes. `chunkBytes` is MAX_ROW_BYTES or more.
 */
export function* playChunks(writer: PlayWriter, chunkBytes = CHUNK_BYTES): Generator<Uint8Array> {
  for (;;) {
    const buffer = Buffer.allocUnsafeSlow(chunkBytes);
    const used = writer.fill(buffer);
    if (used === 0) return;
    yield buffer.subarray(0, used);
  }
}
