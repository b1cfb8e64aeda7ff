import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateService } from '../dist/samples/generate.js';
import { hashOfCode, readJson } from './files.mjs';

const GENERATOR = path.join(import.meta.dirname, '..', 'dist', 'samples');

/** A little of everything that both sides must cope with. */
const RATES = { badRate: 0.001, repeatRate: 0.001 };

/**
 * @typedef {object} Data raw files of one made-up service, absolute paths
 * @property {string} name
 * @property {readonly string[]} users
 * @property {readonly string[]} songs
 * @property {readonly string[]} streams in the order of their dates
 * @property {number} bytes of all files
 */

/** @typedef {Omit<import('../dist/samples/generate-options.js').GenerateOptions, 'directory' | 'badRate' | 'repeatRate'>} DataOptions */

/**
 * Makes raw data, or takes what an earlier run made with the same options and the same generator.
 * @param {string} home
 * @param {string} name
 * @param {DataOptions} options
 * @param {(message: string) => void} say
 * @returns {Promise<Data>}
 */
export async function prepareData(home, name, options, say) {
  const directory = path.join(home, name);
  const marker = path.join(directory, 'complete.json');
  const wanted = { generator: await hashOfCode(GENERATOR), ...options, ...RATES };
  const known = await readJson(marker);
  if (JSON.stringify(known?.['options']) !== JSON.stringify(wanted)) {
    say(`generating ${name}: ${options.plays} plays`);
    await rm(directory, { recursive: true, force: true });
    const { files } = await generateService({ directory, ...options, ...RATES });
    const bytes = files.reduce((all, file) => all + file.bytes, 0);
    await writeFile(marker, JSON.stringify({ options: wanted, bytes }));
  }
  const list = async (/** @type {string} */ dataset) => {
    const folder = path.join(directory, 'raw', dataset);
    return (await readdir(folder)).sort().map((file) => path.join(folder, file));
  };
  const complete = await readJson(marker);
  return {
    name,
    users: await list('users'),
    songs: await list('songs'),
    streams: await list('streams'),
    bytes: Number(complete?.['bytes']),
  };
}
