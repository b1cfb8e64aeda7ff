import { constants, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DATASETS } from '../../contracts/contract.ts';
import { errnoOf, lstatIfPresent } from '../../lake/local-files.ts';
import { rawPrefix } from '../../lake/zones.ts';
import { isIgnored, isSidecarName, isTakenName } from '../../stages/wait-for-stream/pending-files.ts';
import { fine, wrong } from './checked.ts';
import type { DoctorCheck } from './report.ts';

export interface RawChecked {
  readonly check: DoctorCheck;
  /** Of the files that a run would take. */
  readonly pendingBytes: number;
}

const NAMED = 5;

/** What lies in `raw/` and no run will ever take. */
export async function checkRaw(directory: string): Promise<RawChecked> {
  const found: string[] = [];
  let pendingBytes = 0;
  for (const dataset of DATASETS) {
    const prefix = rawPrefix(dataset);
    for await (const { path, name, problem } of walk(join(directory, prefix), '')) {
      if (problem !== undefined) found.push(`${prefix}${name} ${problem}`);
      else if (isIgnored(name) || isSidecarName(name)) continue;
      else if (!isTakenName(name)) found.push(`${prefix}${name} is no .csv or .csv.gz file`);
      else if (!(await isReadable(path))) found.push(`${prefix}${name} cannot be read by this user`);
      else pendingBytes += Number(lstatIfPresent(path)?.size ?? 0);
    }
  }
  const more = found.length > NAMED ? `; and ${found.length - NAMED} more` : '';
  const check =
    found.length === 0
      ? fine('raw_files', 'everything in raw/ can be taken')
      : wrong(
          'raw_files',
          `${found.slice(0, NAMED).join('; ')}${more}`,
          'Move it out of raw/, replace links by the files themselves, rename files whose names are not UTF-8, and give this user the right to read.',
        );
  return { check, pendingBytes };
}

interface Found {
  readonly path: string;
  readonly name: string;
  readonly problem: string | undefined;
}

async function* walk(folder: string, below: string): AsyncGenerator<Found> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    yield { path: folder, name: below, problem: `cannot be listed (${errnoOf(error) ?? String(error)})` };
    return;
  }
  for (const entry of entries) {
    const name = entry.name.toString();
    const whole = below + name;
    const path = join(folder, name);
    if (!Buffer.from(name).equals(entry.name))
      yield { path, name: whole, problem: 'has a name that is not UTF-8' };
    else if (entry.isSymbolicLink()) yield { path, name: whole, problem: 'is a link' };
    else if (entry.isDirectory()) yield* walk(path, `${whole}/`);
    else yield { path, name: whole, problem: entry.isFile() ? undefined : 'is not a regular file' };
  }
}

/** Asked by opening it: what the mode says is not all that decides. */
async function isReadable(path: string): Promise<boolean> {
  try {
    await (await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)).close();
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}
