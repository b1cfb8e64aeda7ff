import { readFile, writeFile } from 'node:fs/promises';
import { sealed } from '../../src/lake/seal.ts';

/** Changes an object as somebody would who knows of seals. */
export async function alterSealed(path: string, from: string, to: string): Promise<string> {
  const altered = (await readFile(path, 'utf8')).replace(/,"seal":"[^"]*"\}\n$/, '}').replace(from, to);
  const body = sealed(altered);
  await writeFile(path, body);
  return Buffer.from(body).toString('utf8');
}
