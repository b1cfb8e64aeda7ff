import { GLOBAL_OPTIONS, optionVariable, type GlobalOption } from './options.ts';

/** The config that `init` writes: every option with its meaning and default, all but the lake as comments. */
export function configTemplate(): string {
  const head = [
    '# hitparade: https://yaml.org, one `option: value` a line.',
    '# A flag (--threads 4) wins over a variable (HITPARADE_THREADS=4), a variable over this file.',
  ];
  return `${[...head, ...(GLOBAL_OPTIONS as readonly GlobalOption[]).flatMap(entry)].join('\n')}\n`;
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
