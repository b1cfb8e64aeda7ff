import { GLOBAL_OPTIONS, optionVariable, type GlobalOption } from './options.ts';

const OPTIONS: readonly GlobalOption[] = GLOBAL_OPTIONS;

/** The config that `init` writes: every option with its meaning and default, all but the lake as comments. */
export function configTemplate(): string {
  const lines = [
    '# hitparade: https://yaml.org, one `option: value` a line.',
    '# A flag (--threads 4) wins over a variable (HITPARADE_THREADS=4), a variable over this file.',
    ...OPTIONS.filter(({ hidden }) => hidden !== true).flatMap(entry),
    '',
    '# Limits',
    '# What a file may hold before it, or a row of it, is refused; and how patient runs are. Sizes are bytes,',
    '# or have a unit (64KiB, 1MiB, 10GiB). Flags and variables work for these as well: --max-rows 1000.',
    ...OPTIONS.filter(({ hidden }) => hidden === true).flatMap(entry),
  ];
  return `${lines.join('\n')}\n`;
}

function entry(option: GlobalOption): readonly string[] {
  const { key, description, defaultText } = option;
  const value = option.example ?? defaultText ?? '';
  return [
    '',
    `# ${description}`,
    ...(defaultText === undefined ? [] : [`# default: ${defaultText}; variable: ${optionVariable(key)}`]),
    `${key === 'lake' ? '' : '# '}${key}: ${value}`,
  ];
}
