import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { prepareData } from './data.mjs';
import { copyDirectory, exists, hashOfCode, placeFiles, readJson } from './files.mjs';
import { measure } from './measure.mjs';

/**
 * @typedef {import('./data.mjs').Data} Data
 * @typedef {import('./measure.mjs').Measurement} Measurement
 * @typedef {import('./options.mjs').BenchOptions} BenchOptions
 *
 * @typedef {object} RunReport of `hitparade run --json`, as far as it is read here
 * @property {readonly { filename: string, status: string, error: string | null }[]} files
 * @property {readonly { date: string, items: { written: number, deleted: number, unchanged: number } }[]} dates
 */

const PROJECT = path.dirname(import.meta.dirname);
const PROGRAM = path.join(PROJECT, 'dist', 'cli', 'main.js');
const CATALOGUE = /** @type {const} */ (['users', 'songs']);

/** Thrown by a scenario that this machine cannot run. */
export class Skipped extends Error {}

/** What scenarios work with: data, lakes, and runs of our program in `.bench/`. */
export class Bench {
  /** @type {Promise<string> | undefined} */
  #build;
  home = path.join(PROJECT, '.bench');
  peers = path.join(PROJECT, 'bench', 'peers');

  /**
   * @param {BenchOptions} options
   * @param {(message: string) => void} say
   */
  constructor(options, say) {
    this.options = options;
    this.say = say;
  }

  /**
   * An absent path for whatever a run leaves behind. What an earlier one left there is deleted.
   * @param {...string} names
   */
  async fresh(...names) {
    const place = path.join(this.home, 'work', ...names);
    await rm(place, { recursive: true, force: true });
    await mkdir(path.dirname(place), { recursive: true });
    return place;
  }

  /**
   * Users and tracks grow with the plays, up to 1,000,000 and 90,000, as the generator has it by default.
   * @param {number} plays
   */
  service(plays = this.options.plays) {
    const between = (/** @type {number} */ low, /** @type {number} */ value, /** @type {number} */ high) =>
      Math.min(high, Math.max(low, Math.floor(value)));
    return { users: between(50, plays / 20, 1_000_000), tracks: between(40, plays / 200, 90_000) };
  }

  /**
   * Raw files that are made once.
   * @param {string} name
   * @param {import('./data.mjs').DataOptions} options
   */
  data(name, options) {
    return prepareData(path.join(this.home, 'data'), name, options, this.say);
  }

  /** What the measures of the whole job are about. */
  mainData(plays = this.options.plays) {
    const { days } = this.options;
    return this.data(`plays-${plays}-days-${days}`, { plays, days, ...this.service(plays) });
  }

  /**
   * @param {Data} data
   * @param {string} lake
   */
  async placeRaw(data, lake) {
    for (const dataset of /** @type {const} */ (['users', 'songs', 'streams'])) {
      await placeFiles(data[dataset], path.join(lake, 'raw', dataset));
    }
  }

  /**
   * One measured `hitparade run`.
   * @param {string} lake
   * @param {{ memoryLimit?: string, args?: readonly string[], env?: Readonly<Record<string, string>> }} [settings]
   * @returns {Promise<{ measurement: Measurement, report: RunReport }>}
   * @throws Error if a file was not accepted
   */
  async run(lake, { memoryLimit = this.options.memoryLimit, args = [], env = {} } = {}) {
    const { threads } = this.options;
    const settings = ['--memory-limit', memoryLimit];
    if (threads !== null) settings.push('--threads', String(threads));
    const { measurement, stdout } = await this.hitparade(
      ['run', '--lake', lake, '--json', ...settings, ...args],
      env,
    );
    /** @type {RunReport} */
    const report = JSON.parse(stdout);
    const refused = report.files.find(({ status }) => status !== 'success');
    if (refused !== undefined) throw new Error(`${refused.filename} is ${refused.status}: ${refused.error}`);
    return { measurement, report };
  }

  /**
   * @param {readonly string[]} args
   * @param {Readonly<Record<string, string>>} [env]
   */
  hitparade(args, env) {
    return this.process(process.execPath, [PROGRAM, ...args], env);
  }

  /**
   * @param {string} program
   * @param {readonly string[]} args
   * @param {Readonly<Record<string, string>>} [env]
   */
  process(program, args, env = {}) {
    return measure({ program, args, env }, path.join(this.home, 'logs'));
  }

  /** Where our program starts, for those that start it by themselves. */
  get program() {
    return PROGRAM;
  }

  /** @param {Data} data */
  async #placeOfLake(data) {
    this.#build ??= hashOfCode(path.join(PROJECT, 'dist'));
    return path.join(this.home, 'lakes', await this.#build, data.name);
  }

  /**
   * A lake that this build of the program has made from the data, kept until the program changes.
   * @param {Data} data
   */
  async loadedLake(data) {
    const place = await this.#placeOfLake(data);
    const marker = path.join(place, 'complete.json');
    const lake = path.join(place, 'lake');
    const known = await readJson(marker);
    // Its catalogue is lent to copies, and a run that was killed never gave it back.
    const whole = known?.['bytes'] === data.bytes && (await exists(path.join(lake, 'raw', 'songs')));
    if (whole) return lake;
    this.say(`making the lake ${data.name}`);
    const making = await this.fresh('making');
    await this.placeRaw(data, making);
    await this.run(making, { memoryLimit: '1GB' });
    return this.keepLake(making, data);
  }

  /**
   * Moves a loaded lake to where `loadedLake` finds it. Those of other builds go.
   * @param {string} lake
   * @param {Data} data
   */
  async keepLake(lake, data) {
    const place = await this.#placeOfLake(data);
    const build = path.dirname(place);
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
    for (const other of await readdir(path.dirname(build))) {
      if (other !== path.basename(build))
        await rm(path.join(path.dirname(build), other), { recursive: true });
    }
    await rename(lake, path.join(place, 'lake'));
    await writeFile(path.join(place, 'complete.json'), JSON.stringify({ bytes: data.bytes }));
    return path.join(place, 'lake');
  }

  /**
   * Lets a scenario change a copy of a lake. The catalogue's files are lent, not copied: a copy would be another
   * version, which the program would have to read again.
   * @template T
   * @param {string} lake
   * @param {(copy: string) => Promise<T>} use
   * @returns {Promise<T>}
   */
  async withCopy(lake, use) {
    const copy = await this.fresh('copy');
    await mkdir(path.join(copy, 'raw', 'streams'), { recursive: true });
    for (const entry of await readdir(lake)) {
      if (entry !== 'raw') await copyDirectory(path.join(lake, entry), path.join(copy, entry));
    }
    const lend = async (/** @type {string} */ from, /** @type {string} */ to) => {
      for (const dataset of CATALOGUE) {
        await rename(path.join(from, 'raw', dataset), path.join(to, 'raw', dataset));
      }
    };
    await lend(lake, copy);
    try {
      return await use(copy);
    } finally {
      await lend(copy, lake);
      await rm(copy, { recursive: true });
    }
  }

  /**
   * Runs sides alternately, each going first every other time: none always finds the machine as the other left it.
   * @template {string} Name
   * @param {Readonly<Record<Name, () => Promise<Measurement>>>} sides
   * @param {{ repeat?: number, after?: () => Promise<void> }} [more] `after` each round
   * @returns {Promise<Record<Name, Measurement[]>>}
   */
  async alternate(sides, { repeat = this.options.repeat, after } = {}) {
    const names = /** @type {Name[]} */ (Object.keys(sides));
    const runs = /** @type {Record<Name, Measurement[]>} */ (
      Object.fromEntries(names.map((name) => [name, /** @type {Measurement[]} */ ([])]))
    );
    for (let round = 1; round <= repeat; round++) {
      for (const name of round % 2 === 1 ? names : names.toReversed()) {
        const measurement = await sides[name]();
        runs[name].push(measurement);
        this.say(`  ${round}/${repeat} ${name} ${measurement.seconds.toFixed(2)} s`);
      }
      await after?.();
    }
    return runs;
  }
}
