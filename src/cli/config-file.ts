import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { nearMiss } from './near-miss.ts';
import { GLOBAL_OPTIONS } from './options.ts';

export const CONFIG_FILE = 'hitparade.yaml';

export interface ConfigFile {
  /** As the person wrote it, for messages. */
  readonly name: string;
  /** What relative paths in it are relative to. */
  readonly directory: string;
  readonly values: ReadonlyMap<string, unknown>;
}

/**
 * Reads the config file that was asked for, or `hitparade.yaml` in the current directory if it exists.
 * @throws UsageError if it cannot be read, is not a mapping, or has a key that nobody knows
 */
export async function readConfigFile(
  asked: string | undefined,
  cwd: string,
): Promise<ConfigFile | undefined> {
  const name = asked ?? CONFIG_FILE;
  const path = resolve(cwd, name);
  const text = await readIfThere(path, name, asked !== undefined);
  if (text === undefined) return undefined;
  return { name, directory: dirname(path), values: await parseMapping(text, name) };
}

async function readIfThere(path: string, name: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing && !required) return undefined;
    const problem = missing ? 'does not exist' : `cannot be read: ${String(cause)}`;
    throw new UsageError(`config file ${name} ${problem}`, { cause });
  }
}

async function parseMapping(text: string, name: string): Promise<ReadonlyMap<string, unknown>> {
  const { parse } = await import('yaml');
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    throw new UsageError(`config file ${name} is not valid YAML: ${firstLine(cause)}`, { cause });
  }
  // A file with nothing but comments, as `init` could leave it.
  if (content === null || content === undefined) return new Map();
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new UsageError(`config file ${name} must hold \`option: value\` lines`);
  }
  const known = GLOBAL_OPTIONS.map((option): string => option.key);
  for (const key of Object.keys(content)) {
    if (known.includes(key)) continue;
    const near = nearMiss(key, known);
    throw new UsageError(`config file ${name} has an unknown option '${key}'`, {
      hint: near === undefined ? `known options: ${known.join(', ')}` : `did you mean '${near}'?`,
    });
  }
  return new Map(Object.entries(content));
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? text).replace(/:$/, '');
}
