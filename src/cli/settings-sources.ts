import type { ConfigFile } from './config-file.ts';
import type { Io } from './io.ts';
import { GLOBAL_OPTIONS, optionVariable, type GlobalOption, type OptionKey } from './options.ts';

/** A value and where it came from, so that a message can name the place to mend. */
export interface Sourced {
  readonly value: unknown;
  readonly source: string;
  /** What a relative path is relative to. */
  readonly directory: string;
}

/** Flags win over variables, variables over the config file; an empty variable counts as unset. */
export function gather(
  flags: ReadonlyMap<string, string | boolean>,
  io: Pick<Io, 'env' | 'cwd'>,
  file: ConfigFile | undefined,
): ReadonlyMap<OptionKey, Sourced> {
  const found = new Map<OptionKey, Sourced>();
  for (const option of GLOBAL_OPTIONS) {
    const flag = flags.get(option.key);
    const variable = variablesOf(option).find((name) => isSet(io.env, name));
    if (flag !== undefined) {
      found.set(option.key, { value: flag, source: `--${option.key}`, directory: io.cwd });
    } else if (variable !== undefined) {
      found.set(option.key, { value: io.env[variable], source: variable, directory: io.cwd });
    } else if (file?.values.has(option.key) === true && file.values.get(option.key) !== null) {
      const source = `'${option.key}' in ${file.name}`;
      found.set(option.key, { value: file.values.get(option.key), source, directory: file.directory });
    }
  }
  if (isTrue(io.env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'])) {
    if (found.get('dynamodb-endpoint')?.source.startsWith('AWS_') === true) found.delete('dynamodb-endpoint');
  }
  return found;
}

function variablesOf(option: GlobalOption): readonly string[] {
  return [optionVariable(option.key), ...(option.awsVariables ?? [])];
}

function isSet(env: Io['env'], name: string): boolean {
  return (env[name] ?? '') !== '';
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}
