import { isDeepStrictEqual } from 'node:util';
import { demand } from '../sim/invariants/violation.ts';
import { Random } from '../sim/random.ts';
import type { Call } from '../sim/step.ts';
import type { World } from '../sim/world.ts';
import { finalState, newWorld, ROUNDS } from './golden.ts';
import { type Clock, type Life, live, MODES, type Point } from './mortal.ts';

/** A point of the golden scenario, and what the run after it did. */
export interface CrashPoint extends Point {
  readonly round: number;
  readonly what: Call;
  /** Calls of the recovery, at each of which a second death can come. */
  readonly recovery: number;
}

interface Moment {
  readonly world: World;
  readonly clock: Clock;
}

const fork = ({ world, clock }: Moment): Moment => {
  const own = { ...clock };
  return { world: world.fork(own), clock: own };
};

function begin(): Moment {
  const clock = { nowMs: Date.UTC(2026, 0, 5, 12), processes: 0 };
  return { world: newWorld(clock), clock };
}

function drop(round: number, { world, clock }: Moment): void {
  clock.nowMs += 60_000;
  for (const file of ROUNDS[round] ?? []) world.drop(file);
}

/** The golden scenario, and what one undisturbed run makes of each of its rounds. */
export class CrashPoints {
  /** As each round begins. */
  readonly #starts: Moment[] = [];
  readonly #golden: { readonly calls: readonly Call[]; readonly state: unknown }[] = [];
  readonly points: CrashPoint[] = [];

  static async record(): Promise<CrashPoints> {
    const crashes = new CrashPoints();
    const moment = begin();
    for (const round of ROUNDS.keys()) {
      drop(round, moment);
      crashes.#starts.push(fork(moment));
      const { calls } = await live(moment.world, moment.clock);
      moment.world.assertQuiet();
      crashes.#golden.push({ calls, state: finalState(moment.world) });
    }
    return crashes;
  }

  /** Dies at every n-th point once, recovers, goes on to the end of the scenario and compares. */
  async dieOnce(every = 1): Promise<void> {
    for (const [round, { calls }] of this.#golden.entries())
      for (const [call, what] of calls.entries())
        if (call % every === 0)
          for (const mode of MODES) {
            const recovery = await this.#explained(labelOf(round, { call, mode }, what), async () => {
              const moment = await this.#after(round, { call, mode });
              const length = (await this.#recover(round, moment)).calls.length;
              for (let later = round + 1; later < ROUNDS.length; later++) {
                drop(later, moment);
                await this.#recover(later, moment);
              }
              return length;
            });
            this.points.push({ round, call, mode, what, recovery });
          }
  }

  /** Dies a second time during the recovery: all pairs, or as many of them as a seed chooses. */
  async dieTwice(most: number, seed: number): Promise<{ readonly tried: number; readonly of: number }> {
    const all = this.points.reduce((sum, { recovery }) => sum + recovery * MODES.length, 0);
    const random = new Random(seed);
    let [tried, left] = [0, all];
    for (const point of this.points) {
      const { round, recovery } = point;
      let dead: Moment | undefined;
      for (let pair = 0; pair < recovery * MODES.length; pair++, left--) {
        // Each of those that are left is as likely as every other.
        if (!random.chance((most - tried) / left)) continue;
        tried += 1;
        const second: Point = {
          call: Math.floor(pair / MODES.length),
          mode: MODES[pair % MODES.length] ?? 'before',
        };
        const first = labelOf(round, point, point.what);
        await this.#explained(`${first}, then ${second.mode} call ${second.call}`, async () => {
          dead ??= await this.#after(round, point);
          const moment = fork(dead);
          const { met } = await live(moment.world, moment.clock, second);
          demand(met, () => 'the recovery is not the same again');
          await this.#recover(round, moment);
        });
      }
    }
    return { tried, of: all };
  }

  async #after(round: number, point: Point): Promise<Moment> {
    const start = this.#starts[round];
    if (start === undefined) throw new RangeError(`no round ${round}`);
    const moment = fork(start);
    const { met } = await live(moment.world, moment.clock, point);
    demand(met, () => 'the scenario is not the same again');
    return moment;
  }

  /** One more run, after which everything must be as if nobody had died. */
  async #recover(round: number, { world, clock }: Moment): Promise<Life> {
    const life = await live(world, clock);
    world.assertQuiet();
    const [found, wanted] = [finalState(world), this.#golden[round]?.state];
    demand(
      isDeepStrictEqual(found, wanted),
      () => `it ends in another way:\n${JSON.stringify(found, null, 1)}\n${JSON.stringify(wanted, null, 1)}`,
    );
    return life;
  }

  async #explained<T>(label: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new Error(`${label}: ${error instanceof Error ? (error.stack ?? error.message) : ''}`, {
        cause: error,
      });
    }
  }

  /** One line for each call, in their order. */
  list(): readonly string[] {
    const perCall = this.points.filter(({ mode }) => mode === 'before');
    return perCall.map(({ round, call, what }) =>
      labelOf(round, { call, mode: 'before' }, what).replace(' before ', ' '),
    );
  }
}

function labelOf(round: number, { call, mode }: Point, { port, operation, subject }: Call): string {
  return `round ${round + 1} call ${String(call).padStart(3)} ${mode} ${port} ${operation} ${subject}`;
}
