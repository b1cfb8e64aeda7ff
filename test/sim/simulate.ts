import { HitparadeError } from '../../src/errors.ts';
import { run } from '../../src/pipeline/run.ts';
import type { Ports } from '../../src/stages/context.ts';
import { ON_SAME_NAME } from '../../src/stages/on-same-name.ts';
import { openContext, sizesOf } from './context.ts';
import { deliveriesOf, playsFile } from './deliveries.ts';
import { applies, type Fault, FAULTS, isInjected } from './faults.ts';
import { violated } from './invariants/violation.ts';
import { Random } from './random.ts';
import { Process, Scheduler, ViolationError } from './scheduler.ts';
import type { Call } from './step.ts';
import { World } from './world.ts';

/** What a seed did. */
export interface Outcome {
  readonly seed: number;
  readonly steps: number;
  readonly runs: number;
  readonly faults: ReadonlyMap<string, number>;
  /** Of all its steps: the same for the same seed. */
  readonly digest: string;
  /** Why it failed, and its steps. */
  readonly failure: { readonly message: string; readonly trace: readonly string[] } | undefined;
}

const START_MS = Date.UTC(2026, 0, 5, 12);
const HOUR_MS = 3_600_000;
/** Reading it ends whoever reads it. */
const KILLER = 'killer.csv';
/** Past this, faults cease. */
const LONGEST = 5_000;
/** Runs without faults that must be enough to bring everything in order. */
const ROUNDS = 9;

class StoppedError extends Error {}

/** One history: everything in it follows from the seed. */
class Simulation {
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #world: World;
  readonly #events: { readonly atMs: number; readonly act: () => void }[] = [];
  readonly #enabled: readonly Fault[];
  readonly #rate: number;
  readonly #hosts: readonly { readonly name: string; readonly skewMs: number }[];
  readonly counts = new Map<string, number>();
  runs = 0;
  #starts: number;
  #ids = 0;
  #faulty = true;
  #deleted = false;
  readonly #lockless: boolean;
  readonly #sizes: ReturnType<typeof sizesOf>;
  #failure: unknown;

  constructor(seed: number) {
    const random = new Random(seed);
    this.#random = random;
    this.#enabled = FAULTS.filter(() => random.chance(0.5));
    this.#rate = random.pick([0.002, 0.01, 0.02, 0.05]);
    this.#hosts = Array.from({ length: random.between(1, 3) }, (_, index) => ({
      name: `h${index}`,
      skewMs: random.chance(0.25) ? random.between(-HOUR_MS, HOUR_MS) : 0,
    }));
    this.#scheduler = new Scheduler({
      random,
      startMs: START_MS,
      faultOf: (call) => this.#faultOf(call),
      onFault: (fault) => {
        this.#count(fault);
      },
    });
    this.#world = new World(random.pick(ON_SAME_NAME), this.#scheduler);
    this.#starts = random.between(2, 6);
    // The lock only spares work: what is published is right without it, too.
    this.#lockless = random.chance(0.3);
    this.#sizes = sizesOf(seed);
    this.#plan();
  }

  get steps(): number {
    return this.#scheduler.steps;
  }

  get digest(): string {
    return this.#scheduler.digest;
  }

  trace(): readonly string[] {
    return this.#scheduler.trace();
  }

  async play(): Promise<void> {
    while (this.steps < LONGEST) {
      const [next] = this.#events;
      if (next !== undefined && next.atMs <= this.#scheduler.nowMs) {
        this.#events.shift();
        next.act();
        await this.#scheduler.drain();
      } else if (!(await this.#scheduler.advance(next?.atMs ?? Infinity)) && next === undefined) break;
      this.#assertSound();
    }
    this.#faulty = false;
    for (const { act } of this.#events.splice(0)) act();
    while (await this.#scheduler.advance(Infinity)) this.#assertSound();
    await this.#quieten();
  }

  #plan(): void {
    const random = this.#random;
    const drops = deliveriesOf(random);
    if (random.chance(0.04))
      this.#at(0, () => {
        this.#drop({ dataset: 'streams', filename: KILLER, text: playsFile(random, ['2024-06-25']) });
      });
    for (const drop of drops) {
      this.#at(random.chance(0.5) ? 0 : random.between(0, 20_000), () => {
        this.#drop(drop);
      });
    }
    if (random.chance(0.9)) this.#world.makeTables();
    if (random.chance(0.1)) this.#world.occupyArchive('archive/streams/2026/01/plays-0.csv');
    for (let runner = random.between(1, 4); runner > 0; runner--) this.#startSoon();
    if (random.chance(0.3))
      this.#at(random.between(0, 30_000), () => {
        this.#deleteSomething();
      });
    if (random.chance(0.15))
      this.#at(random.between(0, 10_000), () => {
        this.#stopSomebody();
      });
  }

  #at(afterMs: number, act: () => void): void {
    this.#events.push({ atMs: this.#scheduler.nowMs + afterMs, act });
    this.#events.sort((a, b) => a.atMs - b.atMs);
  }

  #drop(drop: Parameters<World['drop']>[0]): void {
    this.#scheduler.note('people', `drop ${drop.dataset}/${drop.filename}`);
    this.#world.drop(drop);
  }

  #deleteSomething(): void {
    const world = this.#world;
    const what = this.#random.pick([
      'ledger',
      'charts',
      'processed',
      'checkpoint',
      'staging',
      'checkpoint for another',
    ] as const);
    const busy = this.#scheduler.processes.length > 0;
    if (what === 'staging' && (busy || !world.wipeStaging())) return;
    this.#scheduler.note('people', `delete ${what}`);
    this.#count(`delete ${what}`);
    this.#deleted = true;
    if (what === 'ledger') world.wipeLedger();
    if (what === 'charts') world.wipeCharts(this.#random.between(0, 2));
    if (what === 'processed') world.wipeProcessed();
    if (what === 'checkpoint') world.wipeCheckpoint();
    if (what === 'checkpoint for another') world.replaceCheckpoint();
  }

  #stopSomebody(): void {
    const [process] = this.#scheduler.processes;
    if (process === undefined) return;
    this.#scheduler.note(process.name, 'is asked to stop');
    this.#count('stopped');
    process.stop.abort(new StoppedError('stopped'));
  }

  #startSoon(): void {
    if (this.#starts === 0) return;
    this.#starts -= 1;
    this.#at(this.#random.between(0, this.#random.pick([500, 5_000, 60_000])), () => {
      this.#start(this.#random.pick(this.#hosts));
    });
  }

  #start({ name: host, skewMs }: { readonly name: string; readonly skewMs: number }): void {
    this.runs += 1;
    const process = new Process(this.#scheduler, `p${this.runs}`, host, skewMs);
    this.#scheduler.note(process.name, `starts on ${host}`);
    const work = async (): Promise<void> => {
      const { store, dynamodb, onSameName } = this.#world;
      const { step, stop } = process;
      const ports = this.#portsOf(process);
      const ownLock = this.#lockless ? `_staging/${process.name}.lock` : undefined;
      const { signal } = stop;
      const settings = { onSameName, ownLock, ...this.#sizes };
      await run(await openContext({ store, dynamodb, step, ports, signal, ...settings }));
    };
    this.#scheduler.start(process, work, (_, error) => {
      if (error !== undefined && !this.#isExpected(error)) this.#failure ??= error;
      this.#startSoon();
    });
  }

  #portsOf(process: Process): Ports {
    const owner = `${process.host}:${process.name}`;
    return {
      now: () => process.now(),
      elapsedMs: () => this.#scheduler.nowMs,
      uniqueId: () => `id-${(this.#ids += 1)}`,
      sleep: (ms, signal) => process.sleep(ms, signal),
      owner,
      isOwnerAlive: (name) => {
        const [host, pid] = name.split(':');
        return host !== process.host || this.#scheduler.processes.some((other) => other.name === pid);
      },
    };
  }

  #faultOf(call: Call): Fault | undefined {
    if (call.port === 'receive' && call.subject === KILLER) return 'crash-before';
    if (this.#faulty && call.subject.startsWith('raw/streams/plays') && this.#random.chance(0.004)) {
      // Just at this moment somebody puts another file in its place.
      const filename = call.subject.slice('raw/streams/'.length);
      this.#count('replaced');
      this.#drop({ dataset: 'streams', filename, text: playsFile(this.#random, ['2024-06-25']) });
    }
    // Where two publishers can be in each other's way, stand still more often.
    const publishes = /PublishedDates|load_to_dynamodb|^(Daily|Top)/.test(call.subject) && call.writes;
    if (this.#faulty && this.#lockless && publishes && this.#random.chance(0.06)) return 'pause-before';
    if (!this.#faulty || !this.#random.chance(this.#rate) || this.#enabled.length === 0) return undefined;
    const fault = this.#random.pick(this.#enabled);
    return applies(fault, call) ? fault : undefined;
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    if (what.startsWith('crash')) this.#startSoon();
  }

  /** Made up, to be tried again, or about what people have deleted. */
  #isExpected(error: unknown): boolean {
    if (error instanceof ViolationError) return false;
    if (error instanceof StoppedError) return true;
    if (!this.#faulty) return false;
    if (isInjected(error)) return true;
    return error instanceof HitparadeError && (error.kind === 'temporary' || this.#deleted);
  }

  #assertSound(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Runs alone and without faults until everything is in order; then another run must change nothing. */
  async #quieten(): Promise<void> {
    for (let round = 1; ; round++) {
      this.#start({ name: `final${round}`, skewMs: 0 });
      while (await this.#scheduler.advance(Infinity)) this.#assertSound();
      this.#assertSound();
      try {
        this.#world.assertQuiet();
        return;
      } catch (error) {
        if (!(error instanceof ViolationError) || round === ROUNDS) throw error;
        this.#scheduler.note('', `not quiet yet: ${error.message}`);
      }
      // Past every lease, whatever the clock of its owner said.
      this.#scheduler.nowMs += round % 2 === 1 ? 60_000 : 3 * HOUR_MS;
    }
  }
}

export async function simulate(seed: number): Promise<Outcome> {
  const simulation = new Simulation(seed);
  let failure: Outcome['failure'];
  try {
    await simulation.play();
  } catch (error) {
    const message = error instanceof ViolationError ? error.message : describe(error);
    failure = { message, trace: simulation.trace() };
  }
  const { steps, runs, counts: faults, digest } = simulation;
  return { seed, steps, runs, faults, digest, failure };
}

const describe = (error: unknown): string =>
  error instanceof Error ? `a run ended with ${error.stack ?? error.message}` : violated(String(error));
