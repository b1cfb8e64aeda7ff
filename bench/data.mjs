import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateService } from '../dist/samples/generate.js';

const GENERATOR = path.join(import.meta.dirname, '..', 'dist', 'samples');

/** A little of everything that both sides must cope with. */
const RATES = { badRate: 0.001, repeatRate: 0.001 };

/** Changes whenever the generator does, so that old data is not taken for new. */
async function generatorVersion() {
  const hash = createHash('sha256');
  for (const name of (await readdir(GENERATOR)).filter((entry) => entry.endsWith('.js')).sort()) {
    hash.update(await readFile(path.join(GENERATOR, name)));
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * Makes the raw data, or takes what an earlier run made with the same options and the same generator.
 * @param {string} directory
 * @param {{ plays: number, days: number }} scale
 * @param {(message: string) => void} say
 * @returns {Promise<{ raw: string, bytes: number }>} `bytes` of all files
 */
export async function prepareData(directory, { plays, days }, say) {
  const version = await generatorVersion();
  const home = path.join(directory, `plays-${plays}-days-${days}`);
  const marker = path.join(home, 'complete.json');
  const raw = path.join(home, 'raw');
  const known = await readMarker(marker);
  if (known?.version === version) return { raw, bytes: known.bytes };

  say(`generating ${plays} plays`);
  await rm(home, { recursive: true, force: true });
  const { files } = await generateService({ directory: home, plays, days, ...RATES });
  const bytes = files.reduce((all, file) => all + file.bytes, 0);
  await writeFile(marker, JSON.stringify({ version, bytes }));
  return { raw, bytes };
}

/**
 * @param {string} marker
 * @returns {Promise<{ version: string, bytes: number } | undefined>}
 */
async function readMarker(marker) {
  try {
    return JSON.parse(await readFile(marker, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Puts the raw files below another `raw/`: as hard links, because copying them is nobody's work here.
 * @param {string} raw
 * @param {string} target
 */
export async function placeData(raw, target) {
  for (const entry of await readdir(raw, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = path.join(entry.parentPath, entry.name);
    const to = path.join(target, path.relative(raw, from));
    await mkdir(path.dirname(to), { recursive: true });
    try {
      await link(from, to);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && ['EPERM', 'EXDEV'].includes(String(error.code))))
        throw error;
      await copyFile(from, to);
    }
  }
}
